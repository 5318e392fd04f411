package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.provider.OIDCRoleArnCredentialProvider;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import java.time.Duration;

/**
 * STS, which gives a key of a RAM role for the workload's OIDC token (AssumeRoleWithOIDC). {@code
 * CredentialType = "RRSA"}. The token's file is read at each attempt. Neither the cache of
 * credentials-java is used, which throws for a key's last quarter of an hour, nor its transport.
 */
public final class RrsaKeyIssuer implements KeyIssuer {
  /** What every role allows unless its longest session was changed. */
  private static final Duration LIFE = Duration.ofHours(1);

  private final OidcTokenFile tokenFile;
  private final CloudConnection connection;
  private final OIDCRoleArnCredentialProvider assumeRole;

  public RrsaKeyIssuer(RrsaRole role, CloudConnection connection) {
    this.tokenFile = new OidcTokenFile(role.oidcTokenFile());
    this.connection = connection;
    this.assumeRole =
        OIDCRoleArnCredentialProvider.builder()
            .roleArn(role.roleArn())
            .oidcProviderArn(role.oidcProviderArn())
            .oidcTokenFilePath(role.oidcTokenFile().toString())
            .roleSessionName(role.sessionName())
            .durationSeconds((int) LIFE.toSeconds())
            .STSEndpoint(role.stsEndpoint())
            .build();
  }

  @Override
  public Issue issue() {
    return switch (tokenFile.look()) {
      case OidcTokenFile.Look.Usable _ -> ask();
      case OidcTokenFile.Look.Unusable(var reason) -> new Issue.NotIssued(reason);
    };
  }

  private Issue ask() {
    var transport = new StsTransport(connection);
    try {
      var granted = assumeRole.createCredential(transport).value();
      return CredentialModels.temporary(granted, transport.owner());
    } catch (RuntimeException _) {
      return new Issue.NotIssued(transport.failure().orElseGet(StsFailures::unreadable));
    }
  }
}
