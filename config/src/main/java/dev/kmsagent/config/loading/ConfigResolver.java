package dev.kmsagent.config.loading;

import dev.kmsagent.config.loading.References.Expanded;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Checks the values of all sources, key by key; the environment wins over the file. */
final class ConfigResolver {
  private final References references;
  private final Values values;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> rejected = new HashSet<>();

  ConfigResolver(References references, Values values) {
    this.references = references;
    this.values = values;
  }

  /** The problems found so far. */
  List<Problem> problems() {
    return problems;
  }

  /** Gives a key its value, if it has one and every source that gives one gives a good one. */
  <T> void resolve(ConfigKey<T> key, SourceValues file, SourceValues overrides) {
    var fromFile = file.of(key).flatMap(candidate -> check(key, candidate));
    var fromOverride = overrides.of(key).flatMap(candidate -> check(key, candidate));
    if (!rejected.contains(key.path())) {
      fromOverride
          .or(() -> fromFile)
          .or(() -> absent(key))
          .ifPresent(value -> key.set(values, value));
    }
  }

  /** Judges a rule, unless one of its keys was rejected. */
  void judge(Rule rule) {
    if (rule.concerns().stream().map(ConfigKey::path).noneMatch(rejected::contains)
        && !rule.isMet().test(values)) {
      problems.add(rule.problem().apply(values));
    }
  }

  private <T> Optional<Value<T>> check(ConfigKey<T> key, Value<TomlValue> candidate) {
    var origin = candidate.origin();
    var type = key.type();
    return references
        .expand(candidate.content(), type.confidential() || type.toml() == TomlValue.Type.TOML)
        .fold(
            expanded -> parse(key, expanded, origin),
            wrong -> reject(key, new Problem(origin, key.path(), wrong)));
  }

  private <T> Optional<Value<T>> parse(ConfigKey<T> key, Expanded expanded, Origin origin) {
    var value = expanded.value();
    if (expanded.references().isEmpty()) {
      return parse(key, value, origin, () -> key.type().show(value));
    }
    var reference = String.join(", ", expanded.references());
    return parse(key, value, origin, () -> "what " + reference + " stands for")
        .map(good -> new Value<>(good.content(), origin.through(reference)));
  }

  private <T> Optional<Value<T>> parse(
      ConfigKey<T> key, TomlValue value, Origin origin, Supplier<String> found) {
    return key.type()
        .parse(value)
        .fold(
            content -> Optional.of(new Value<>(content, origin)),
            wrong -> {
              var allowed = key.type().allowed().describe();
              return reject(key, new Problem(origin, key.path(), wrong, found.get(), allowed));
            });
  }

  private <T> Optional<Value<T>> reject(ConfigKey<T> key, Problem problem) {
    rejected.add(key.path());
    problems.add(problem);
    return Optional.empty();
  }

  private <T> Optional<Value<T>> absent(ConfigKey<T> key) {
    return Optional.of(key.absent()).filter(standard -> standard.applies().test(values)).stream()
        .flatMap(standard -> standard.variables().stream())
        .filter(name -> values.variable(name).isPresent())
        .findFirst()
        .flatMap(name -> fallback(key, name))
        .or(() -> key.absent().value().apply(values));
  }

  /** Takes the variable's text as it is: references are read in our own variables only. */
  private <T> Optional<Value<T>> fallback(ConfigKey<T> key, String variable) {
    var value = key.type().toml().ofVariable(values.variable(variable).orElseThrow());
    return parse(key, value, Origin.variable(variable), () -> key.type().show(value));
  }
}
