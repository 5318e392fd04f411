package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import java.net.URI;
import java.util.Optional;

/**
 * The roles of pods, each assumed with the pod's own token: {@code CredentialType = "PodIdentity"}.
 * The agent itself has no key.
 */
public record PodCredentials(CredentialSource.PodIdentity config) implements CredentialType.Issued {
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
  public KeyIssuer issuer(CloudConnection connection) {
    var reason = "The agent has no key of its own: it reads with those of pods.";
    return () -> new Issue.NotIssued(new IdentityRefused("", reason));
  }
}
