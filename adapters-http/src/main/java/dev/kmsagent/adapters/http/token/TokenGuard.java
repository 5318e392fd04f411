package dev.kmsagent.adapters.http.token;

import java.util.List;
import java.util.function.Function;

/** Lets a request pass that carries the token in force in one of certain headers. Thread-safe. */
public final class TokenGuard {
  private final List<String> headers;
  private volatile Token inForce;

  /** Takes the names of the headers in which the token is looked for. */
  public TokenGuard(List<String> headers, Token token) {
    this.headers = List.copyOf(headers);
    this.inForce = token;
  }

  /**
   * Whether one of the headers holds the token; a wrong one beside it does not matter.
   *
   * @param values the values of a header of the request, by its name
   */
  public boolean admits(Function<String, List<String>> values) {
    var token = inForce;
    boolean shown = false;
    for (var header : headers) {
      for (var value : values.apply(header)) {
        shown |= token.matches(value);
      }
    }
    return shown;
  }

  Token inForce() {
    return inForce;
  }

  /** From now on {@code token} is asked for, and the one before it opens nothing any more. */
  void replace(Token token) {
    inForce = token;
  }
}
