package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;

/** What the checks of a request came to. */
sealed interface Admission {
  record ToPage(Page page) implements Admission {}

  record ToSecret(SecretRequest request) implements Admission {}

  record TurnedAway(Failure failure) implements Admission {}
}
