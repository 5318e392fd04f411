package dev.kmsagent.adapters.kms.identity;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One key, given by configuration: {@code CredentialType = "AccessKey"}. */
public final class AccessKeyCredentials implements CredentialSource {
  private final CompletionStage<Outcome> outcome;

  public AccessKeyCredentials(SigningKey signingKey) {
    this.outcome = CompletableFuture.completedStage(new Outcome.Obtained(signingKey));
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
  public void close() {}
}
