package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a key is when nobody gave it. */
sealed interface Absent<T> {

  /** This value. */
  record Standard<T>(T value) implements Absent<T> {}

  /**
   * What the first of these variables says that is set and not empty; else unset.
   *
   * @param counts whether the variables count, by the keys that stand before this one
   * @param otherwise what being unset amounts to, in the words of the reference
   * @param example a value as TOML writes it
   */
  record Unset<T>(
      List<String> variables, Predicate<Values> counts, String otherwise, String example)
      implements Absent<T> {

    /** The same, with variables that are looked at under a condition alone. */
    Unset<T> when(Predicate<Values> condition) {
      return new Unset<>(variables, condition, otherwise, example);
    }
  }

  /**
   * What other keys, which stand before this one, make of it.
   *
   * @param derivation the value, or unset
   * @param otherwise the value in the words of the reference
   * @param example a value as TOML writes it
   */
  record Derived<T>(
      Function<Values, Optional<Value<T>>> derivation, String otherwise, String example)
      implements Absent<T> {}
}
