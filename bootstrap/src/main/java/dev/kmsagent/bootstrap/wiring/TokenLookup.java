package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.http.files.TokenSource;
import dev.kmsagent.domain.ConfidentialText;
import java.util.List;
import java.util.Map;

/** The result of looking up the token of the clients ({@code Server.SSRFEnvVariables}). */
public sealed interface TokenLookup {
  /** The first variable that is set holds the token, or names its file. */
  record Found(String variable, TokenSource source, ConfidentialText token) implements TokenLookup {
    /** Whether the token may be guessed. */
    public boolean isShort() {
      return TokenSource.isShort(token);
    }

    /** Whether the token may be the path of a file that does not exist. */
    public boolean mayBePath() {
      return source instanceof TokenSource.Fixed && token.reveal().startsWith("/");
    }
  }

  /**
   * There is no token.
   *
   * @param reason a sentence for people
   * @param isDenied whether there may be one, which this user may not read
   */
  record Missing(String reason, boolean isDenied) implements TokenLookup {}

  /** Reads the first of the variables that is set. */
  static TokenLookup in(List<String> variables, Map<String, String> environment) {
    for (var variable : variables) {
      var setting = environment.get(variable);
      if (setting != null) {
        return read(variable, TokenSource.of(setting));
      }
    }
    return new Missing(
        "no token: none of "
            + String.join(", ", variables)
            + " is set; set "
            + variables.getFirst()
            + " to file:// and the path of the file that the command token has made, or, for the"
            + " agent of a node, of the token of a pod",
        false);
  }

  private static TokenLookup read(String variable, TokenSource source) {
    return source
        .read()
        .fold(
            token -> new Found(variable, source, token),
            reason ->
                new Missing(
                    variable + ": " + reason,
                    source instanceof TokenSource.FromFile file && file.isDenied()));
  }
}
