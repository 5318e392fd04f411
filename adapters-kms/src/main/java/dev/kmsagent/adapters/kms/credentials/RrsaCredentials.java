package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.BoundedRead;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.AccountId;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A RAM role for the service account of a pod: STS exchanges the pod's OIDC token for keys of the
 * role. {@code CredentialType = "RRSA"}. The token's file is read at each attempt.
 */
public record RrsaCredentials(CredentialSource.Rrsa config) implements CredentialType.Issued {
  @Override
  public String holder() {
    return "the role " + config.roleArn();
  }

  @Override
  public Optional<String> account() {
    return new Principal(config.roleArn()).account().map(AccountId::value);
  }

  @Override
  public Optional<URI> sts() {
    return Optional.of(config.stsEndpoint().uri());
  }

  @Override
  public List<String> origin() {
    return List.of(
        "RRSA", config.roleArn(), config.oidcProviderArn(), config.stsEndpoint().authority());
  }

  /** With placeholders where the token cannot be read. */
  @Override
  public Optional<String> trustPolicy() {
    return Optional.of(
        RamPolicy.trustIn(
            OidcToken.in(config.oidcTokenFile()), "sts.aliyuncs.com", config.oidcProviderArn()));
  }

  @Override
  public KeyIssuer issuer(CloudConnection connection) {
    var sts =
        new TokenExchange(
            connection, config.stsEndpoint(), config.oidcProviderArn(), config.keyLife());
    return new FileIssuer(config, sts, connection.token(config.oidcTokenFile()));
  }

  /** Reads the token at each call. */
  private record FileIssuer(
      CredentialSource.Rrsa config, TokenExchange sts, BoundedRead<Optional<String>> file)
      implements KeyIssuer {
    @Override
    public Issue issue() {
      return file.get()
          .map(read -> read.map(this::exchange).orElseGet(() -> notIssued(missing())))
          .orElseGet(() -> notIssued(hanging()));
    }

    private Issue exchange(String token) {
      return sts.exchange(new ConfidentialText(token), config.roleArn(), config.roleSessionName());
    }

    @Override
    public boolean isWatched() {
      return true;
    }

    /** The kubelet renews a token after four fifths of its life. */
    @Override
    public Optional<String> flaw() {
      var due = file.get().flatMap(read -> read).map(OidcToken::renewalDue).orElse(Instant.MIN);
      return Optional.of(due)
          .filter(sts.timing().clocks().wall().instant()::isAfter)
          .map(_ -> config.oidcTokenFile())
          .map("The OIDC token in %s is missing, or was not renewed in time."::formatted);
    }

    private NoSecret hanging() {
      return CredentialFailure.unavailable(
          "", "Reading the OIDC token file %s takes too long.".formatted(config.oidcTokenFile()));
    }

    private NoSecret missing() {
      return new IdentityRefused(
          "",
          "The OIDC token file "
              + config.oidcTokenFile()
              + " is not there, is empty, or cannot be read: the pod must mount its projected"
              + " service account token there, which needs RRSA enabled for the cluster, the"
              + " namespace and the service account.");
    }

    private static Issue notIssued(NoSecret reason) {
      return new Issue.NotIssued(reason);
    }
  }
}
