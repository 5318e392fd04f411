package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.BoundedRead;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.AccountId;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/**
 * A RAM role for the service account of a pod: STS exchanges the pod's OIDC token for keys of the
 * role. {@code CredentialType = "RRSA"}. The token's file is read at each attempt.
 */
public record RrsaCredentials(CredentialSource.Rrsa config) implements CredentialType.Issued {
  /** STS takes tokens of at most 20,000 characters. */
  private static final int MAX_TOKEN = 20_000;

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
    var file =
        new BoundedRead<>(
            () -> readTokenFile(sts), connection.files(), connection.timing().scheduler());
    return () -> file.get().orElseGet(this::whileReadingHangs).issue();
  }

  /** The issuer for the token in the file; without a token, one that says what is wrong. */
  private KeyIssuer readTokenFile(TokenExchange sts) {
    try (var file = Files.newInputStream(config.oidcTokenFile())) {
      var token = new String(file.readNBytes(MAX_TOKEN), StandardCharsets.UTF_8).strip();
      return token.isEmpty()
          ? unusable()
          : () ->
              sts.exchange(new ConfidentialText(token), config.roleArn(), config.roleSessionName());
    } catch (IOException _) {
      return unusable();
    }
  }

  private KeyIssuer whileReadingHangs() {
    var detail = "Reading the OIDC token file %s takes too long.".formatted(config.oidcTokenFile());
    return () -> new Issue.NotIssued(CredentialFailure.unavailable("", detail));
  }

  private KeyIssuer unusable() {
    var reason =
        new IdentityRefused(
            "",
            "The OIDC token file "
                + config.oidcTokenFile()
                + " is not there, is empty, or cannot be read: the pod must mount its projected service"
                + " account token there, which needs RRSA enabled for the cluster, the namespace and"
                + " the service account.");
    return () -> new Issue.NotIssued(reason);
  }
}
