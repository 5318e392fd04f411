package dev.kmsagent.config;

import java.nio.file.Path;

/** As whom KMS is called: {@code KMS.CredentialType} with what the type needs. */
public sealed interface CredentialSource {

  /** The standard chain of Alibaba Cloud's credentials library. */
  record DefaultChain() implements CredentialSource {}

  /** A long-lived AccessKey. */
  record AccessKey(String id, ConfidentialText secret) implements CredentialSource {}

  /** Temporary credentials, as STS hands them out. */
  record TemporaryAccessKey(String id, ConfidentialText secret, ConfidentialText securityToken)
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

  /** The RAM role of the ECS instance, with temporary credentials from its metadata service. */
  record EcsRole(InstanceRole role) implements CredentialSource {}

  /** Which role of the instance is meant. */
  sealed interface InstanceRole {

    /** The one of this name. */
    record Named(String name) implements InstanceRole {}

    /** The one that the metadata service names. */
    record Found() implements InstanceRole {}
  }
}
