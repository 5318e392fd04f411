package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.out.SecretRenderer;

/** How this agent makes a cache entry of a secret that another agent read. */
public record ReceivedEntryPolicy(FreshnessPolicy freshness, SecretRenderer renderer) {
  /** The entry with its dates by this agent's clock, each the earliest that it may be. */
  CacheEntry render(Content.Entry entry, ClockedEntryStore store) {
    return new CacheEntry(
        entry.secret(),
        renderer.render(entry.secret()),
        store.earliestHere(entry.at()),
        store.earliestHere(entry.refreshAt()),
        store.earliestHere(entry.freshUntil()),
        store.earliestHere(entry.staleUntil()));
  }
}
