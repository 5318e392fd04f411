package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.CloudConnection;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A type of credentials, as {@code KMS.CredentialType} selects it: where its key comes from, and
 * who needs which policies.
 */
public sealed interface CredentialType permits AccessKeyCredentials, CredentialType.Issued {
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

  /** An issuer has to be asked for the key, and for a new one ahead of its end. */
  non-sealed interface Issued extends CredentialType {
    /** The issuer; calls of STS go over {@code connection}. */
    KeyIssuer issuer(CloudConnection connection);

    /** What decides whose keys they are, as configured. */
    default List<String> origin() {
      return List.of(getClass().getSimpleName(), holder());
    }
  }
}
