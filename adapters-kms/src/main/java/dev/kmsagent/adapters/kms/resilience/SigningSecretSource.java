package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Refresh;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Signs calls with the current key. If KMS refuses the key, which can be revoked before its end,
 * the key is refreshed and the call repeated once with the new one; without a new key the outcome
 * says why. Credentials set no time limit: a deadline belongs round this source. Thread-safe.
 */
public final class SigningSecretSource implements SecretSource {
  private final KmsCalls kms;
  private final CredentialsProvider credentials;

  public SigningSecretSource(KmsCalls kms, CredentialsProvider credentials) {
    this.kms = kms;
    this.credentials = credentials;
  }

  /** The same without the repetition. */
  public static SecretSource withoutRefresh(KmsCalls kms, CredentialsProvider credentials) {
    return (query, deadline) ->
        withKey(credentials, signingKey -> kms.call(query, signingKey, deadline));
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return withKey(credentials, signingKey -> call(query, deadline, signingKey));
  }

  private static CompletionStage<FetchOutcome> withKey(
      CredentialsProvider credentials, Function<SigningKey, CompletionStage<FetchOutcome>> call) {
    return credentials
        .obtain()
        .thenCompose(
            outcome ->
                switch (outcome) {
                  case Outcome.Missing(var reason) -> CompletableFuture.completedStage(reason);
                  case Outcome.Obtained(var signingKey) -> call.apply(signingKey);
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
    return credentials
        .refresh(signingKey)
        .thenCompose(
            refresh ->
                switch (refresh) {
                  case Refresh.Refreshed(var newKey) -> kms.call(query, newKey, deadline);
                  case Refresh.Unchanged() -> CompletableFuture.completedStage(refused);
                  case Refresh.Failed(var reason) -> CompletableFuture.completedStage(reason);
                });
  }
}
