package dev.kmsagent.config.loading;

import java.util.function.Function;

/** What a shape makes of a raw value. */
sealed interface Reading<T> {

  /** A good value. */
  record Good<T>(T value) implements Reading<T> {}

  /**
   * A bad one.
   *
   * @param wrong a phrase that follows the key's name
   */
  record Bad<T>(String wrong) implements Reading<T> {}

  default <R> Reading<R> then(Function<? super T, ? extends Reading<R>> next) {
    return switch (this) {
      case Good<T>(T value) -> next.apply(value);
      case Bad<T>(String wrong) -> new Bad<>(wrong);
    };
  }

  default <R> Reading<R> map(Function<? super T, ? extends R> change) {
    return then(value -> new Good<>(change.apply(value)));
  }
}
