package dev.kmsagent.config;

/** The dialect of the answers on the main listener. */
public enum ResponseType {
  /** 0: as KMS answers GetSecretValue. */
  KMS,
  /** 1: as AWS Secrets Manager answers GetSecretValue. */
  AWS_SECRETS_MANAGER,
  /** 2: as HashiCorp Vault answers a read of its KV engine, version 2. */
  HASHICORP_KV
}
