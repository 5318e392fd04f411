package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The roles of pods, each assumed with the pod's own token: {@code CredentialType = "PodIdentity"}.
 * The agent itself has no key.
 */
public record PodCredentials(CredentialSource.PodIdentity config) implements CredentialType.Given {
  private static final Outcome NONE =
      new Outcome.Missing(
          new IdentityRefused("", "The agent has no key of its own: it reads with those of pods."));

  @Override
  public String description() {
    return "the role of the pod that asks, for tokens of " + config.issuer();
  }

  @Override
  public String holder() {
    return config.roleArn().map("the role "::concat).orElse("the role of each pod");
  }

  @Override
  public Optional<String> account() {
    return Optional.of(config.accounts().getFirst());
  }

  @Override
  public Optional<URI> sts() {
    return Optional.of(config.stsEndpoint().uri());
  }

  @Override
  public Optional<String> trustPolicy() {
    var pod = new OidcToken(config.issuer().toString(), OidcToken.ANY_SUBJECT);
    return Optional.of(RamPolicy.trustIn(pod, config.audience(), config.oidcProviderArn()));
  }

  @Override
  public CompletionStage<Outcome> obtain() {
    return CompletableFuture.completedStage(NONE);
  }

  @Override
  public CompletionStage<Outcome> refresh(SigningKey refused) {
    return obtain();
  }

  @Override
  public Optional<Principal> principal() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
