package dev.kmsagent.bootstrap.check;

import dev.kmsagent.bootstrap.wiring.TokenLookup;

/** Checks the token of the clients. */
public final class TokenCheck {
  private static final String SUBJECT = "token";

  private TokenCheck() {}

  /** Adds what is found to {@code report}. */
  public static void check(TokenLookup token, Report report) {
    switch (token) {
      case TokenLookup.Missing(var reason) -> report.problem(SUBJECT, reason);
      case TokenLookup.Found found when found.mayBePath() ->
          report.warning(
              SUBJECT, found.variable() + " begins with / and may be a path: write file:///path.");
      case TokenLookup.Found found when found.isShort() ->
          report.warning(
              SUBJECT,
              "The token from %s has less than 16 characters and may be guessed: make one with the"
                      .formatted(found.variable())
                  + " command token.");
      case TokenLookup.Found found ->
          report.ok(SUBJECT, "The token comes from " + found.variable() + ".");
    }
  }
}
