package dev.kmsagent.adapters.http.request;

import java.util.function.Function;

/** The result of parsing a part of a request. */
public sealed interface Parsed<T> {
  /** Continues with a good part; a bad one stays bad. */
  <R> Parsed<R> then(Function<? super T, Parsed<R>> next);

  /** The part, well-formed. */
  record Good<T>(T value) implements Parsed<T> {
    @Override
    public <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
      return next.apply(value);
    }
  }

  /** A malformed part; {@code problem} is one sentence for the client. */
  record Bad<T>(String problem) implements Parsed<T> {
    @Override
    public <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
      return new Bad<>(problem);
    }
  }
}
