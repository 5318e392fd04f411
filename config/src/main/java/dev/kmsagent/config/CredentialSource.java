package dev.kmsagent.config;

/** As whom KMS is called: {@code KMS.CredentialType} with what the type needs. */
public sealed interface CredentialSource {

  /** The standard chain of Alibaba Cloud's credentials library. */
  record DefaultChain() implements CredentialSource {}

  /** A long-lived AccessKey. */
  record AccessKey(String id, ConfidentialText secret) implements CredentialSource {}

  /** Temporary credentials, as STS hands them out. */
  record TemporaryAccessKey(String id, ConfidentialText secret, ConfidentialText securityToken)
      implements CredentialSource {}
}
