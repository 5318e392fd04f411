package dev.kmsagent.domain.port;

import dev.kmsagent.domain.CacheEntry;

/** Who reads a secret from KMS, among the agents that share a cache. */
public sealed interface LeadDecision {
  /** This agent does. It must {@link #release} when done, whatever came of it. */
  record Lead(Lease lease) implements LeadDecision {
    public void release() {
      lease.release();
    }
  }

  /** Another agent has: here is what it got. */
  record Supplied(CacheEntry entry) implements LeadDecision {}

  /** The right to lead; it ends by itself when its holder does. */
  @FunctionalInterface
  interface Lease {
    /** For a cache that nobody shares: there is nothing to give back. */
    Lease UNSHARED = () -> {};

    /** Gives the right back; once is enough, more does no harm. */
    void release();
  }
}
