package dev.kmsagent.domain;

import java.util.function.Function;

/** The result of reading a text or a value that may be malformed. */
public sealed interface Parsed<T> {
  /** The value that was read. */
  record Valid<T>(T value) implements Parsed<T> {}

  /**
   * What is malformed or not allowed.
   *
   * @param wrong a phrase or a sentence for people, without anything confidential
   */
  record Invalid<T>(String wrong) implements Parsed<T> {}

  /** What one of the functions makes of the value, or of what is wrong with it. */
  default <R> R fold(Function<? super T, R> ifValid, Function<String, R> ifInvalid) {
    return this instanceof Valid<T>(var value)
        ? ifValid.apply(value)
        : ifInvalid.apply(((Invalid<T>) this).wrong());
  }

  /** Goes on with a valid value. */
  default <R> Parsed<R> then(Function<? super T, ? extends Parsed<R>> next) {
    return this instanceof Valid<T>(var value)
        ? next.apply(value)
        : new Invalid<>(((Invalid<T>) this).wrong());
  }

  /** Converts a valid value. */
  default <R> Parsed<R> map(Function<? super T, ? extends R> change) {
    return then(value -> new Valid<>(change.apply(value)));
  }
}
