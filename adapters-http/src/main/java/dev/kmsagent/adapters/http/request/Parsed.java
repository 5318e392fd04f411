package dev.kmsagent.adapters.http.request;

import java.util.function.Function;

/** What came of reading a part of a request. */
public sealed interface Parsed<T> {
  /** The part, well-formed. */
  record Good<T>(T value) implements Parsed<T> {}

  /** What is wrong with it, in one sentence for the client. */
  record Bad<T>(String problem) implements Parsed<T> {}

  /** Goes on with what is good; what is bad stays bad. */
  default <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
    return switch (this) {
      case Good<T>(var value) -> next.apply(value);
      case Bad<T>(var problem) -> new Bad<>(problem);
    };
  }
}
