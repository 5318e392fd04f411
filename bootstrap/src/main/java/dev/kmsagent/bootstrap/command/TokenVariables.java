package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.http.token.TokenReading;
import dev.kmsagent.adapters.http.token.TokenSource;
import java.util.List;
import java.util.Map;

/** The environment variables that give the token ({@code Server.SSRFEnvVariables}). */
final class TokenVariables {
  private TokenVariables() {}

  /** What the first of {@code names} that is set gives. */
  static TokenReading read(List<String> names, Map<String, String> environment) {
    for (var name : names) {
      var setting = environment.get(name);
      if (setting != null) {
        return named(name, TokenSource.of(setting).read());
      }
    }
    return new TokenReading.Unusable("no token: none of " + String.join(", ", names) + " is set");
  }

  private static TokenReading named(String variable, TokenReading reading) {
    return switch (reading) {
      case TokenReading.Usable usable -> usable;
      case TokenReading.Unusable(var reason) -> new TokenReading.Unusable(variable + ": " + reason);
    };
  }
}
