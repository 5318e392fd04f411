package dev.kmsagent.emulator.protocol;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The outcome of an operation: a value, or the error that the client gets. */
public sealed interface Result<T> {
  /** It succeeded. */
  record Done<T>(T value) implements Result<T> {}

  /** It was refused. */
  record Refused<T>(ApiError error) implements Result<T> {}

  /** A success. */
  static <T> Result<T> done(T value) {
    return new Done<>(value);
  }

  /** A refusal. */
  static <T> Result<T> refused(ApiError error) {
    return new Refused<>(error);
  }

  /** The value, or this error where there is none. */
  static <T> Result<T> of(Optional<T> value, ApiError otherwise) {
    return value.map(Result::done).orElseGet(() -> refused(otherwise));
  }

  /** The value, unless there is an error. */
  static <T> Result<T> unless(Optional<ApiError> error, T value) {
    return error.<Result<T>>map(Result::refused).orElseGet(() -> done(value));
  }

  /** The value if the condition holds for it, else this error; a refusal stays as it is. */
  default Result<T> filter(Predicate<? super T> condition, ApiError otherwise) {
    return then(value -> condition.test(value) ? this : refused(otherwise));
  }

  /** The value changed; a refusal stays as it is. */
  default <R> Result<R> map(Function<? super T, ? extends R> change) {
    return then(value -> new Done<>(change.apply(value)));
  }

  /** The outcome of the next operation on the value; a refusal stays as it is. */
  default <R> Result<R> then(Function<? super T, Result<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Refused<T>(ApiError error) -> new Refused<>(error);
    };
  }
}
