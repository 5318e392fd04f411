package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.vault.VaultRoute;

/** The result of all checks of a request, made once and carried by the request. */
sealed interface Admission {
  /** The request attribute that carries it. */
  String ATTRIBUTE = Admission.class.getName();

  record ToPage(StatusPages.Page page) implements Admission {}

  record ToSecret(SecretRequest request) implements Admission {}

  record ToBody(VaultRoute.Body body) implements Admission {}

  record ToLookup(VaultRoute.Lookup lookup) implements Admission {}

  record Rejected(Failure failure) implements Admission {}

  static Admission of(Parsed<SecretRequest> parsed) {
    return switch (parsed) {
      case Parsed.Good<SecretRequest>(var request) -> new ToSecret(request);
      case Parsed.Bad<SecretRequest>(var problem) ->
          new Rejected(Failure.invalidParameter(problem));
    };
  }

  static Admission of(VaultRoute route) {
    return switch (route) {
      case VaultRoute.Body body -> new ToBody(body);
      case VaultRoute.Read(var request) -> new ToSecret(request);
      case VaultRoute.Lookup lookup -> new ToLookup(lookup);
      case VaultRoute.Rejected(var failure) -> new Rejected(failure);
    };
  }
}
