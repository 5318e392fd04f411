package dev.kmsagent.adapters.http;

/** What the checks of a request came to. */
sealed interface Admission {
  record ToPage(Page page) implements Admission {}

  record ToSecret(SecretRequest request) implements Admission {}

  record TurnedAway(Failure failure) implements Admission {}
}
