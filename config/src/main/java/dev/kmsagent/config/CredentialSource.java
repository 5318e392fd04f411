package dev.kmsagent.config;

import java.nio.file.Path;
import java.util.Optional;

/** The credentials that KMS is called with: {@code KMS.CredentialType} with its settings. */
public sealed interface CredentialSource {

  /** The standard chain of Alibaba Cloud's credentials library. */
  record DefaultChain() implements CredentialSource {}

  /** An AccessKey, long-lived or, with a security token, temporary. */
  record AccessKey(String id, ConfidentialText secret, Optional<ConfidentialText> securityToken)
      implements CredentialSource {}

  /**
   * A RAM role for the service account of a pod: the platform's OIDC token is exchanged for
   * temporary credentials of the role.
   *
   * @param oidcTokenFile an absolute path; it need not exist yet
   * @param stsEndpoint where the exchange is made, always over TLS
   */
  record Rrsa(
      String roleArn,
      String oidcProviderArn,
      Path oidcTokenFile,
      String roleSessionName,
      Endpoint stsEndpoint)
      implements CredentialSource {}

  /**
   * The RAM role of the ECS instance, with temporary credentials from its metadata service.
   *
   * @param name of the role; without it, the metadata service names one
   */
  record EcsRole(Optional<String> name) implements CredentialSource {}
}
