package dev.kmsagent.config.loading;

/** The words of {@code KMS.CredentialType}. */
enum CredentialType {
  DEFAULT,
  RRSA,
  ECS_RAM_ROLE,
  ACCESS_KEY
}
