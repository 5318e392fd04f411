package dev.kmsagent.adapters.http.request;

import java.util.function.Function;

/** The result of parsing a part of a request, or a token. */
public sealed interface Parsed<T> {
  /** What one of the functions makes of the part, or of the problem. */
  <R> R fold(Function<? super T, R> good, Function<String, R> bad);

  /** Continues with a good part; a bad one stays bad. */
  default <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
    return fold(next, Bad::new);
  }

  /** The part, well-formed. */
  record Good<T>(T value) implements Parsed<T> {
    @Override
    public <R> R fold(Function<? super T, R> good, Function<String, R> bad) {
      return good.apply(value);
    }
  }

  /** A malformed part; {@code problem} is one sentence for people. */
  record Bad<T>(String problem) implements Parsed<T> {
    @Override
    public <R> R fold(Function<? super T, R> good, Function<String, R> bad) {
      return bad.apply(problem);
    }
  }
}
