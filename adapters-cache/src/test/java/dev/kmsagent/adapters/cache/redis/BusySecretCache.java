package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.Turn;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A cache to which something else happens right after it has evicted an entry. */
final class BusySecretCache implements SecretCache {
  private final SecretCache inner;
  private Runnable afterEviction = () -> {};

  BusySecretCache(SecretCache inner) {
    this.inner = inner;
  }

  void afterEviction(Runnable work) {
    afterEviction = work;
  }

  @Override
  public void evict(SecretQuery query) {
    inner.evict(query);
    afterEviction.run();
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return inner.find(query);
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> recall(SecretQuery query, Instant deadline) {
    return inner.recall(query, deadline);
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    inner.store(query, entry);
  }

  @Override
  public Set<SecretQuery> spellings(SecretName plainName) {
    return inner.spellings(plainName);
  }

  @Override
  public void evictAll(SecretName plainName) {
    inner.evictAll(plainName);
  }

  @Override
  public CompletionStage<Turn> turn(SecretQuery query, Instant readAfter, Instant deadline) {
    return inner.turn(query, readAfter, deadline);
  }

  @Override
  public Occupancy occupancy() {
    return inner.occupancy();
  }
}
