package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import java.net.URI;
import java.util.Optional;

/**
 * A type of credentials, as {@code KMS.CredentialType} selects it: where its key comes from, and a
 * description for people. {@link #of} registers the types.
 */
public sealed interface CredentialType {
  /** The type that {@code config} selects. */
  static CredentialType of(CredentialSource config) {
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

  /** What the agent reads secrets with, for people. */
  String description();

  /** Who needs the permission policy, for people. */
  String holder();

  /** The id of the account that holds the secrets, if the configuration tells it. */
  default Optional<String> account() {
    return Optional.empty();
  }

  /** The STS that issues the key, if the agent calls one. */
  default Optional<URI> sts() {
    return Optional.empty();
  }

  /** The trust policy that the role needs, if there is a role. */
  default Optional<String> trustPolicy() {
    return Optional.empty();
  }

  /** The configuration has the key. */
  non-sealed interface Given extends CredentialType, CredentialsProvider {}

  /** An issuer has to be asked for the key, and for a new one ahead of its end. */
  non-sealed interface Issued extends CredentialType {
    /** The issuer; calls of STS go over {@code connection}. */
    KeyIssuer issuer(CloudConnection connection);
  }
}
