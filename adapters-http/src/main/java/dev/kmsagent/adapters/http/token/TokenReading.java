package dev.kmsagent.adapters.http.token;

/** What came of reading a token. */
public sealed interface TokenReading {
  /** A token that can guard. */
  record Usable(Token token) implements TokenReading {}

  /** None; {@code reason} is a sentence for people, without anything of the token. */
  record Unusable(String reason) implements TokenReading {}
}
