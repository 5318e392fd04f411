package dev.kmsagent.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The outcome of a call to KMS for a secret: what was asked for, or why there is none. */
public sealed interface FetchOutcome permits FetchOutcome.Fetched, FetchOutcome.Listed, NoSecret {
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

  /** KMS gave the versions of the secret, the answer to {@link VersionSelector.All} alone. */
  record Listed(List<DatedVersion> versions) implements FetchOutcome {
    public Listed {
      versions = List.copyOf(versions);
    }
  }
}
