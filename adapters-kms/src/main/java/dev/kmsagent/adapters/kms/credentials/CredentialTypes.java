package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.config.CredentialSource;

/** The registration of the credential types: one case for each of the configuration. */
public final class CredentialTypes {
  private CredentialTypes() {}

  /** The type that {@code config} selects. */
  public static CredentialType of(CredentialSource config) {
    if (config instanceof CredentialSource.AccessKey accessKey) {
      return new AccessKeyCredentials(key(accessKey));
    }
    if (config instanceof CredentialSource.Rrsa rrsa) {
      return new RrsaCredentials(rrsa);
    }
    if (config instanceof CredentialSource.EcsRole role) {
      return new EcsRoleCredentials(role);
    }
    if (config instanceof CredentialSource.PodIdentity pods) {
      return new PodCredentials(pods);
    }
    if (config instanceof CredentialSource.DefaultChain) {
      return new DefaultChainCredentials();
    }
    throw new IllegalArgumentException("not registered: " + config.getClass());
  }

  private static SigningKey key(CredentialSource.AccessKey config) {
    var secret = config.secret().reveal();
    return config
        .securityToken()
        .map(token -> SigningKey.temporary(config.id(), secret, token.reveal()))
        .orElseGet(() -> SigningKey.longLived(config.id(), secret));
  }
}
