package dev.kmsagent.adapters.http.request;

import java.util.function.Function;

/** The result of parsing a part of a request. */
public sealed interface Parsed<T> {
  /** The part, well-formed. */
  record Good<T>(T value) implements Parsed<T> {}

  /** A malformed part; {@code problem} is one sentence for the client. */
  record Bad<T>(String problem) implements Parsed<T> {}

  /** Continues with a good part; a bad one stays bad. */
  default <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
    return switch (this) {
      case Good<T>(var value) -> next.apply(value);
      case Bad<T>(var problem) -> new Bad<>(problem);
    };
  }
}
