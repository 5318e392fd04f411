package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Signs calls with the current key. If KMS refuses the key, which can be revoked before its end,
 * the key is refreshed and the call repeated once with the new one; without a new key the outcome
 * says why. No key is waited for beyond the deadline. Thread-safe.
 */
public record SigningSecretSource(KmsCalls kms, CredentialsProvider credentials, TimeSources timing)
    implements SecretSource {
  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return by(deadline, credentials.obtain())
        .thenCompose(outcome -> outcome.then(key -> call(query, deadline, key)));
  }

  private CompletionStage<FetchOutcome> call(
      SecretQuery query, Instant deadline, SigningKey signingKey) {
    return kms.call(query, signingKey, deadline)
        .thenCompose(
            outcome ->
                outcome instanceof IdentityRefused refused
                    ? repeat(query, deadline, signingKey, refused)
                    : CompletableFuture.completedStage(outcome));
  }

  private CompletionStage<FetchOutcome> repeat(
      SecretQuery query, Instant deadline, SigningKey signingKey, IdentityRefused refused) {
    return by(deadline, credentials.refresh(signingKey))
        .thenCompose(
            outcome ->
                outcome.then(
                    newKey ->
                        newKey.equals(signingKey)
                            ? CompletableFuture.completedStage(refused)
                            : kms.call(query, newKey, deadline)));
  }

  /** What comes by the deadline. */
  private CompletionStage<Outcome> by(Instant deadline, CompletionStage<Outcome> coming) {
    return timing.completeAt(
        deadline,
        coming.toCompletableFuture().copy(),
        () -> new Outcome.Missing(BoundedCalls.TOO_LATE));
  }
}
