package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.SecretRenderer;
import java.time.Duration;
import java.time.Instant;

/** How this agent makes a cache entry of a secret that another agent read. */
public record ReceivedEntryPolicy(FreshnessPolicy freshness, SecretRenderer renderer) {
  /** The tolerance for clocks that differ; KMS itself tolerates a quarter of an hour. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  /** The entry with the dates of the agent that read it, by the clock of this one. */
  CacheEntry render(Content.Entry entry, Clocks clocks) {
    return new CacheEntry(
        entry.secret(),
        renderer.render(entry.secret()),
        clocks.toAgent(entry.at()),
        clocks.toAgent(entry.refreshAt()),
        clocks.toAgent(entry.freshUntil()),
        clocks.toAgent(entry.staleUntil()));
  }

  /**
   * Whether an entry was read so far in the future, by the wall clocks, that they differ too much.
   * Beyond a TTL it would be fresh for longer than one.
   */
  boolean isAhead(Instant readAt, Instant now) {
    var ttl = freshness.ttl();
    return readAt.isAfter(now.plus(ttl.compareTo(SKEW) < 0 ? ttl : SKEW));
  }
}
