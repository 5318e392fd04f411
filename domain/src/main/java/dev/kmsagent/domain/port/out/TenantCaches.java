package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.Principal;

/**
 * Out-port: caches for secrets of several roles, which share one bound. Each has a guaranteed share
 * of it; beyond the shares, the cache that is furthest above its own makes room. Thread-safe.
 */
public interface TenantCaches {
  /** A cache for one more role, which alone sees what was read with it. */
  SecretCache open(Principal role);

  /** Counts {@code cache}, which {@link #open} gave and which is not used any more, no longer. */
  void close(SecretCache cache);
}
