package dev.kmsagent.emulator.protocol;

import java.util.function.Function;

/** What an operation came to: a value, or KMS's refusal. */
public sealed interface Result<T> {

  /** It worked. */
  record Done<T>(T value) implements Result<T> {}

  /** KMS says no. */
  record Refused<T>(ApiError error) implements Result<T> {}

  /** The value changed, a refusal as it is. */
  default <R> Result<R> map(Function<? super T, ? extends R> change) {
    return then(value -> new Done<>(change.apply(value)));
  }

  /** The next operation on the value, a refusal as it is. */
  default <R> Result<R> then(Function<? super T, Result<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Refused<T>(ApiError error) -> new Refused<>(error);
    };
  }
}
