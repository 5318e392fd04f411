package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a key is when nobody gave it. */
sealed interface Absent<T> {

  /** This value. */
  record Standard<T>(T value) implements Absent<T> {}

  /**
   * What the first of these variables says that is set and not empty; else unset.
   *
   * @param otherwise what being unset amounts to, in the words of the reference
   * @param example a value as TOML writes it
   */
  record Unset<T>(List<String> variables, String otherwise, String example) implements Absent<T> {}

  /**
   * What another key, which stands before this one, makes of it; unset when that one is.
   *
   * @param otherwise the value in the words of the reference
   * @param example a value as TOML writes it
   */
  record Derived<S, T>(
      ConfigKey<S> from, Function<S, T> derivation, String otherwise, String example)
      implements Absent<T> {

    Optional<Value<T>> value(Values values) {
      return values
          .find(from)
          .map(source -> new Value<>(derivation.apply(source), new Origin.Derived(from.path())));
    }
  }
}
