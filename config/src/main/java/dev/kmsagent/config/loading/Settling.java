package dev.kmsagent.config.loading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Judges what the sources give, key by key, and lets the environment win over the file. */
final class Settling {
  private final References references;
  private final Values values;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<ConfigKey<?>> spoiled = new HashSet<>();

  Settling(References references, Values values) {
    this.references = references;
    this.values = values;
  }

  /** The values settled so far. */
  Values values() {
    return values;
  }

  /** The problems found so far. */
  List<Problem> problems() {
    return problems;
  }

  <T> void settle(ConfigKey<T> key, Gathered file, Gathered overrides) {
    Optional<Value<T>> fromFile = given(key, file.candidates());
    Optional<Value<T>> fromOverride = given(key, overrides.candidates());
    if (!spoiled.contains(key)) {
      fromOverride
          .or(() -> fromFile)
          .or(() -> absent(key))
          .ifPresent(value -> values.put(key, value));
    }
  }

  /** Judges a rule, unless a problem with one of its keys stands in the way. */
  void judge(Rule rule) {
    if (rule.concerns().stream().noneMatch(spoiled::contains)) {
      rule.verdict().apply(values).ifPresent(problems::add);
    }
  }

  private <T> Optional<Value<T>> given(ConfigKey<T> key, Map<ConfigKey<?>, Candidate> candidates) {
    return Optional.ofNullable(candidates.get(key)).flatMap(candidate -> read(key, candidate));
  }

  private <T> Optional<Value<T>> read(ConfigKey<T> key, Candidate candidate) {
    Origin origin = candidate.origin();
    return switch (references.expand(candidate.raw())) {
      case References.Expansion.Plain(Raw raw) -> read(key, raw, origin, key.shape().show(raw));
      case References.Expansion.Referenced(Raw raw, String reference) ->
          read(key, raw, origin, "what " + reference + " stands for")
              .map(value -> value.by(reference));
      case References.Expansion.Broken(String reference, String wrong) ->
          reject(key, new Problem(origin, key.path(), wrong, reference, ""));
    };
  }

  private <T> Optional<Value<T>> read(ConfigKey<T> key, Raw raw, Origin origin, String found) {
    return switch (key.shape().read(raw)) {
      case Reading.Good<T>(T content) -> Optional.of(new Value<>(content, origin));
      case Reading.Bad<T>(String wrong) ->
          reject(key, new Problem(origin, key.path(), wrong, found, key.shape().allowed()));
    };
  }

  private <T> Optional<Value<T>> reject(ConfigKey<T> key, Problem problem) {
    spoiled.add(key);
    problems.add(problem);
    return Optional.empty();
  }

  private <T> Optional<Value<T>> absent(ConfigKey<T> key) {
    return switch (key.absent()) {
      case Absent.Standard<T>(T value) -> Optional.of(new Value<>(value, new Origin.BuiltIn()));
      case Absent.Unset<T>(List<String> variables, Predicate<Values> counts, _, _) ->
          counts.test(values) ? fallback(key, variables) : Optional.empty();
      case Absent.Derived<T> derived -> derived.derivation().apply(values);
    };
  }

  private <T> Optional<Value<T>> fallback(ConfigKey<T> key, List<String> variables) {
    return variables.stream()
        .filter(name -> values.variable(name).isPresent())
        .findFirst()
        .flatMap(name -> fallback(key, name));
  }

  /** Takes the variable's text as it is: it is not ours to find references in. */
  private <T> Optional<Value<T>> fallback(ConfigKey<T> key, String variable) {
    Raw raw = key.shape().form().ofVariable(values.variable(variable).orElseThrow());
    return read(key, raw, new Origin.Variable(variable), key.shape().show(raw));
  }
}
