package dev.kmsagent.domain;

import java.time.Instant;
import java.util.Optional;

/** The outcome of a call to KMS for a secret: the secret, or why there is none. */
public sealed interface FetchOutcome permits FetchOutcome.Fetched, NoSecret {
  /** Whether KMS answered: it gave the secret, or refused it. */
  default boolean isAnswer() {
    return true;
  }

  /**
   * KMS gave the secret.
   *
   * @param retriedAt when the call that returned it began, if calls before it had failed
   */
  record Fetched(Secret secret, Optional<Instant> retriedAt) implements FetchOutcome {
    /** The first call returned it. */
    public Fetched(Secret secret) {
      this(secret, Optional.empty());
    }
  }
}
