package dev.kmsagent.domain.port;

import dev.kmsagent.domain.CacheEntry;

/** Which of the agents that share a cache reads a secret from KMS. */
public sealed interface LeadDecision {
  /** This agent does. It must {@link #release} the lease afterwards, whatever the outcome. */
  record Lead(Lease lease) implements LeadDecision {
    public void release() {
      lease.release();
    }
  }

  /** Another agent has read it: its entry. */
  record Supplied(CacheEntry entry) implements LeadDecision {}

  /** The right to lead; it expires if its holder does not release it. */
  @FunctionalInterface
  interface Lease {
    /** The lease of a cache that is not shared: there is nothing to release. */
    Lease UNSHARED = () -> {};

    /** Releases the lease; idempotent. */
    void release();
  }
}
