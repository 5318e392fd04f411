package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Renewal;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lets calls through to KMS once there is a key to sign them with. Where KMS refuses that, renews
 * it and calls again, once: a key can be revoked before its end. Where no other can be had, that is
 * what the call comes to, an outage or a refusal. Thread-safe. Credentials set no bound in time; a
 * deadline round this one does.
 */
public final class RenewingSecretSource implements SecretSource {
  private final SecretSource inner;
  private final CredentialsProvider credentials;

  /**
   * @param inner signs with the key that {@code credentials} has at that moment
   */
  public RenewingSecretSource(SecretSource inner, CredentialsProvider credentials) {
    this.inner = inner;
    this.credentials = credentials;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return credentials
        .obtain()
        .thenCompose(
            outcome ->
                switch (outcome) {
                  case Outcome.Missing(var reason) -> CompletableFuture.completedStage(reason);
                  case Outcome.Obtained(var signingKey) -> call(query, deadline, signingKey);
                });
  }

  private CompletionStage<FetchOutcome> call(
      SecretQuery query, Instant deadline, SigningKey signingKey) {
    return inner
        .fetch(query, deadline)
        .thenCompose(
            outcome ->
                outcome instanceof IdentityRefused refused
                    ? again(query, deadline, signingKey, refused)
                    : CompletableFuture.completedStage(outcome));
  }

  private CompletionStage<FetchOutcome> again(
      SecretQuery query, Instant deadline, SigningKey signingKey, IdentityRefused refused) {
    return credentials
        .renew(signingKey)
        .thenCompose(
            renewal ->
                switch (renewal) {
                  case Renewal.Renewed() -> inner.fetch(query, deadline);
                  case Renewal.Unchanged() -> CompletableFuture.completedStage(refused);
                  case Renewal.Failed(var reason) -> CompletableFuture.completedStage(reason);
                });
  }
}
