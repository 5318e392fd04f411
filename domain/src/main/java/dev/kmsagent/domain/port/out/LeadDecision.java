package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.CacheEntry;

/** Whether this agent reads a secret from KMS, among the agents that share a cache. */
public sealed interface LeadDecision {
  /** This agent reads it, under a lease that expires by itself if the agent ends. */
  @FunctionalInterface
  non-sealed interface Lead extends LeadDecision {
    /** The lead without a lease: the cache is not shared, or its store cannot be used now. */
    Lead UNSHARED = () -> {};

    /** Releases the lease; to be called whatever the outcome. Repeated calls have no effect. */
    void release();
  }

  /** Another agent has read it: the entry that it stored. */
  record Supplied(CacheEntry entry) implements LeadDecision {}
}
