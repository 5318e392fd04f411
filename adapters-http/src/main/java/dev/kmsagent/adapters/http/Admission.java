package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;

/** What the checks of a request came to. */
sealed interface Admission {
  record ToPage(Page page) implements Admission {}

  /**
   * To a secret.
   *
   * @param lastHeaders those of the last answer to the same request
   */
  record ToSecret(SecretRequest request, LastHeaders lastHeaders) implements Admission {}

  record TurnedAway(Failure failure) implements Admission {}

  static Admission of(Parsed<SecretRequest> parsed) {
    return switch (parsed) {
      case Parsed.Good<SecretRequest>(var request) -> new ToSecret(request, new LastHeaders());
      case Parsed.Bad<SecretRequest>(var problem) ->
          new TurnedAway(Failure.invalidParameter(problem));
    };
  }
}
