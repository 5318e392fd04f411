package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;

/** The result of all checks of a request, made once and carried by the request. */
sealed interface Admission {
  /** The request attribute that carries it. */
  String ATTRIBUTE = Admission.class.getName();

  record ToPage(StatusPages.Page page) implements Admission {}

  record ToSecret(SecretRequest request) implements Admission {}

  record Rejected(Failure failure) implements Admission {}

  static Admission of(Parsed<SecretRequest> parsed) {
    return switch (parsed) {
      case Parsed.Good<SecretRequest>(var request) -> new ToSecret(request);
      case Parsed.Bad<SecretRequest>(var problem) ->
          new Rejected(Failure.invalidParameter(problem));
    };
  }
}
