package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.config.CredentialSource;

/** The registration of the credential types: one case for each of the configuration. */
public final class CredentialTypes {
  private CredentialTypes() {}

  /** The type that {@code config} selects. */
  public static CredentialType of(CredentialSource config) {
    return switch (config) {
      case CredentialSource.DefaultChain _ -> new DefaultChainCredentials();
      case CredentialSource.AccessKey(var id, var secret, var token) ->
          new AccessKeyCredentials(
              token
                  .map(text -> SigningKey.temporary(id, secret.reveal(), text.reveal()))
                  .orElseGet(() -> SigningKey.longLived(id, secret.reveal())));
      case CredentialSource.Rrsa rrsa -> new RrsaCredentials(rrsa);
      case CredentialSource.EcsRole role -> new EcsRoleCredentials(role);
    };
  }
}
