package dev.kmsagent.domain;

/** KMS gave a permanent answer about the secret: what is cached of it must not be served. */
public record Refused(KmsError error, Scope scope) implements NoSecret {
  /** How much a refusal speaks of. */
  public enum Scope {
    /** The secret in every version and spelling: denied, disabled, deleted. */
    SECRET,
    /** The version that was asked for, and it alone. */
    QUERY
  }
}
