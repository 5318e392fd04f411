package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.SharedCacheOutcome;

/** Whether Redis performs every operation of an agent. */
public sealed interface ProbeResult {
  /** It does. */
  record Passed() implements ProbeResult {}

  /** It failed at a step. */
  record Failed(Step step, SharedCacheOutcome.Failed failure) implements ProbeResult {}

  /** It answered at a step, but contradicted the steps before. */
  record Inconsistent(Step step) implements ProbeResult {}

  /** The operations in the order in which they are tried. */
  enum Step {
    /** Claim the lease. */
    CLAIM,
    /** Write an entry. */
    WRITE,
    /** Read the entry. */
    READ,
    /** Replace the entry by a tombstone. */
    REVOKE,
    /** Release the lease. */
    RELEASE,
    /** Remove an envelope that does not open. */
    DISCARD
  }

  /** Whether Redis announces changes. */
  sealed interface Notifications {
    /** It announced a change. */
    record Received() implements Notifications {}

    /** It refused the subscription. */
    record Refused(SharedCacheOutcome.Failed failure) implements Notifications {}

    /** It accepted the subscription, and did not announce a change. */
    record Missing() implements Notifications {}

    /** Agents do not subscribe to a cluster. */
    record NotOnClusters() implements Notifications {}
  }
}
