package dev.kmsagent.domain;

/** The outcome of a call to KMS for a secret: the secret, or why there is none. */
public sealed interface FetchOutcome permits FetchOutcome.Fetched, NoSecret {
  /** KMS gave the secret. */
  record Fetched(Secret secret) implements FetchOutcome {}
}
