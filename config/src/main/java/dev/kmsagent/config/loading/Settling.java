package dev.kmsagent.config.loading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
    return switch (references.expand(candidate.raw())) {
      case References.Expansion.Plain(Raw raw) ->
          judge(key, raw, candidate.origin(), key.shape().show(raw));
      case References.Expansion.Referenced(Raw raw, String reference) ->
          judge(key, raw, new Origin.Reference(reference, candidate.origin()), "what it refers to");
      case References.Expansion.Broken(String reference, String wrong) ->
          reject(key, new Problem(candidate.origin(), key.path(), wrong, reference, ""));
    };
  }

  private <T> Optional<Value<T>> judge(ConfigKey<T> key, Raw raw, Origin origin, String found) {
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
      case Absent.Unset<T>(List<String> variables, _, _) -> fallback(key, variables.stream());
      case Absent.Derived<?, T> derived -> derived.value(values);
    };
  }

  private <T> Optional<Value<T>> fallback(ConfigKey<T> key, Stream<String> variables) {
    return variables
        .flatMap(name -> values.variable(name).map(text -> candidate(key, name, text)).stream())
        .findFirst()
        .flatMap(
            candidate ->
                judge(key, candidate.raw(), candidate.origin(), key.shape().show(candidate.raw())));
  }

  private static Candidate candidate(ConfigKey<?> key, String variable, String text) {
    return new Candidate(key.shape().form().ofVariable(text), new Origin.Variable(variable));
  }
}
