package dev.kmsagent.adapters.kms.identity;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Where KMS refuses our identity, renews the credentials and calls again, once: a key can be
 * revoked before its end. Thread-safe. Renewing has no bound in time; a deadline round this one
 * sets it.
 */
public final class RenewingSecretSource implements SecretSource {
  private final SecretSource inner;
  private final CredentialSource credentials;
  private final Executor executor;

  /**
   * @param executor for tasks that wait: virtual threads
   */
  public RenewingSecretSource(SecretSource inner, CredentialSource credentials, Executor executor) {
    this.inner = inner;
    this.credentials = credentials;
    this.executor = executor;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return inner
        .fetch(query, deadline)
        .thenCompose(
            outcome ->
                outcome instanceof IdentityRefused refused
                    ? again(query, deadline, refused)
                    : CompletableFuture.completedStage(outcome));
  }

  private CompletionStage<FetchOutcome> again(
      SecretQuery query, Instant deadline, IdentityRefused refused) {
    return CompletableFuture.supplyAsync(credentials::renew, executor)
        .thenCompose(
            renewal ->
                switch (renewal) {
                  case RENEWED -> inner.fetch(query, deadline);
                  case UNCHANGED -> CompletableFuture.completedStage(refused);
                });
  }
}
