package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.AccountId;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import java.net.URI;
import java.util.Optional;

/**
 * The roles of pods, each assumed with the pod's own token: {@code CredentialType = "PodIdentity"}.
 * The agent itself has no key.
 */
public record PodCredentials(CredentialSource.PodIdentity config) implements CredentialType.Issued {
  /** Stands in the trust policy for the service account of a pod. */
  public static final String ANY_POD = OidcToken.ANY_SUBJECT;

  /** The service account that a token names, which is not verified. */
  public static Optional<Subject> subject(ConfidentialText token) {
    return OidcToken.parse(token.reveal()).map(OidcToken::subject).flatMap(Subject::of);
  }

  @Override
  public String holder() {
    return config.roleArn().map("the role "::concat).orElse("the role of each pod");
  }

  @Override
  public Optional<String> account() {
    return config
        .roleArn()
        .map(Principal::new)
        .flatMap(Principal::account)
        .map(AccountId::value)
        .or(config.accounts().stream()::findFirst);
  }

  @Override
  public Optional<URI> sts() {
    return Optional.of(config.stsEndpoint().uri());
  }

  @Override
  public Optional<String> trustPolicy() {
    var pod = new OidcToken(config.issuer().toString(), ANY_POD);
    return Optional.of(RamPolicy.trustIn(pod, config.audience(), config.oidcProviderArn()));
  }

  @Override
  public KeyIssuer issuer(CloudConnection connection) {
    var reason = "The agent has no key of its own: it reads with those of pods.";
    return () -> new Issue.NotIssued(new IdentityRefused("", reason));
  }
}
