package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.Principal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An AccessKey in the configuration: {@code CredentialType = "AccessKey"}. Its id is the principal:
 * nobody else issues it.
 */
public record AccessKeyCredentials(SigningKey signingKey)
    implements CredentialType, CredentialsProvider {
  @Override
  public String holder() {
    return "the owner of the AccessKey";
  }

  @Override
  public CompletionStage<Outcome> obtain() {
    return CompletableFuture.completedStage(new Outcome.Obtained(signingKey));
  }

  @Override
  public CompletionStage<Outcome> refresh(SigningKey refused) {
    return obtain();
  }

  @Override
  public Optional<Principal> principal() {
    return Optional.of(new Principal(signingKey.id()));
  }

  @Override
  public void close() {}
}
