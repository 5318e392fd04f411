package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Refresh;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Signs calls with the current key. If KMS refuses the key, which can be revoked before its end,
 * the key is refreshed and the call repeated once with the new one; without a new key the outcome
 * says why. No key is waited for beyond the deadline. Thread-safe.
 */
public final class SigningSecretSource implements SecretSource {
  private final KmsCalls kms;
  private final CredentialsProvider credentials;
  private final InstantSource clock;
  private final Scheduler scheduler;

  public SigningSecretSource(
      KmsCalls kms, CredentialsProvider credentials, InstantSource clock, Scheduler scheduler) {
    this.kms = kms;
    this.credentials = credentials;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return by(deadline, credentials.obtain(), new Outcome.Missing(BoundedCalls.TOO_LATE))
        .thenCompose(
            outcome ->
                switch (outcome) {
                  case Outcome.Missing(var reason) -> CompletableFuture.completedStage(reason);
                  case Outcome.Obtained(var signingKey) -> call(query, deadline, signingKey);
                });
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
    return by(deadline, credentials.refresh(signingKey), new Refresh.Failed(BoundedCalls.TOO_LATE))
        .thenCompose(
            refresh ->
                switch (refresh) {
                  case Refresh.Refreshed(var newKey) -> kms.call(query, newKey, deadline);
                  case Refresh.Unchanged() -> CompletableFuture.completedStage(refused);
                  case Refresh.Failed(var reason) -> CompletableFuture.completedStage(reason);
                });
  }

  /** What comes by the deadline, or {@code late}. */
  private <T> CompletionStage<T> by(Instant deadline, CompletionStage<T> coming, T late) {
    var stage = coming.toCompletableFuture();
    if (stage.isDone()) {
      return stage;
    }
    var left = Duration.between(clock.instant(), deadline);
    return Outcomes.completeAfter(left, stage.copy(), late, scheduler);
  }
}
