package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.Principal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One key, given by configuration: {@code CredentialType = "AccessKey"}. Its id is the principal,
 * whatever KMS says of it: nobody else issues it.
 */
public final class StaticCredentials implements CredentialsProvider {
  private final CompletionStage<Outcome> outcome;
  private final Principal principal;

  public StaticCredentials(SigningKey signingKey) {
    this.outcome = CompletableFuture.completedStage(new Outcome.Obtained(signingKey));
    this.principal = new Principal(signingKey.id());
  }

  @Override
  public void start() {}

  @Override
  public CompletionStage<Outcome> obtain() {
    return outcome;
  }

  @Override
  public CompletionStage<Renewal> renew(SigningKey refused) {
    return CompletableFuture.completedStage(new Renewal.Unchanged());
  }

  @Override
  public Optional<Principal> principal() {
    return Optional.of(principal);
  }

  @Override
  public void close() {}
}
