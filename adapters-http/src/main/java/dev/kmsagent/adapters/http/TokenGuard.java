package dev.kmsagent.adapters.http;

import java.util.List;

/** Lets a request pass that carries the token in force in one of certain headers. Thread-safe. */
public final class TokenGuard {
  private final List<String> headers;
  private volatile Token inForce;

  /** Takes the names of the headers in which the token is looked for. */
  public TokenGuard(List<String> headers, Token token) {
    this.headers = List.copyOf(headers);
    this.inForce = token;
  }

  /** A wrong token beside the right one does not matter. */
  boolean admits(RequestHead head) {
    var token = inForce;
    boolean shown = false;
    for (var header : headers) {
      for (var value : head.values(header)) {
        shown |= token.matches(value);
      }
    }
    return shown;
  }

  /** From now on {@code token} is asked for, and the one before it opens nothing any more. */
  void replace(Token token) {
    inForce = token;
  }
}
