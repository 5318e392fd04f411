package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.SecretCache;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Tells {@link Watches} which entries a cache gets and loses. Thread-safe. */
record WatchedCache(SecretCache cache, Watches watches) implements SecretCache {
  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return cache.find(query);
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    return cache
        .findShared(query, deadline)
        .thenApply(
            found -> {
              found.ifPresent(entry -> watches.stored(query, entry));
              return found;
            });
  }

  @Override
  public CachedSecret needed(Secret secret) {
    return cache.needed(secret);
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    cache.store(query, entry);
    watches.stored(query, entry);
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return cache.cachedQueries(plainName);
  }

  @Override
  public void evict(SecretQuery query) {
    cache.evict(query);
    watches.evicted(query);
  }

  @Override
  public void evictAll(SecretName name) {
    cache.evictAll(name);
    watches.evictedAll(name);
  }

  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return cache
        .requestLead(query, readAfter, deadline)
        .thenApply(
            decision -> {
              if (decision instanceof LeadDecision.Supplied(var entry)) {
                watches.stored(query, entry);
              }
              return decision;
            });
  }

  @Override
  public Occupancy occupancy() {
    return cache.occupancy();
  }
}
