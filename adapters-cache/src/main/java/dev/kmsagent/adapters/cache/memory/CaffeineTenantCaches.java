package dev.kmsagent.adapters.cache.memory;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretCache.Occupancy;
import dev.kmsagent.domain.port.out.TenantCaches;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/**
 * Caches in this process's memory that share a bound on entries and one on bytes. A cache's share
 * is that bound divided by the number of caches that there may be: nothing within it is evicted for
 * another cache. Thread-safe; a look-up takes no lock.
 */
public final class CaffeineTenantCaches implements TenantCaches {
  private final Occupancy bound;
  private final Occupancy share;
  private final AgentEvents events;
  private final List<CaffeineSecretCache> caches = new CopyOnWriteArrayList<>();
  private final Object balancing = new Object();

  /**
   * Keeps up to {@code maxEntries} and {@code maxBytes} in all caches.
   *
   * @param maxCaches that are open at a time
   */
  public CaffeineTenantCaches(int maxEntries, long maxBytes, int maxCaches, AgentEvents events) {
    this.bound = new Occupancy(maxEntries, maxBytes);
    this.share = new Occupancy(Math.max(1, maxEntries / maxCaches), maxBytes / maxCaches);
    this.events = events;
  }

  @Override
  public SecretCache open(Principal role) {
    var cache =
        new CaffeineSecretCache((int) bound.entries(), bound.bytes(), events, this::balance);
    caches.add(cache);
    return cache;
  }

  @Override
  public void close(SecretCache cache) {
    caches.remove(cache);
  }

  /** The entries in all caches. */
  public Occupancy occupancy() {
    var each = caches.stream().map(SecretCache::occupancy).toList();
    return new Occupancy(
        each.stream().mapToLong(Occupancy::entries).sum(),
        each.stream().mapToLong(Occupancy::bytes).sum());
  }

  /** Evicts until the bounds hold, always from the cache that is furthest above its share. */
  private void balance() {
    synchronized (balancing) {
      while (occupancy().entries() > bound.entries()) {
        evict(EvictionCause.COUNT, it -> (double) it.entries() / share.entries());
      }
      while (occupancy().bytes() > bound.bytes()) {
        evict(EvictionCause.BYTES, it -> (double) it.bytes() / share.bytes());
      }
    }
  }

  private void evict(EvictionCause cause, ToDoubleFunction<Occupancy> shares) {
    caches.stream()
        .max(Comparator.comparingDouble(cache -> shares.applyAsDouble(cache.occupancy())))
        .ifPresent(largest -> largest.evictOne(cause));
  }
}
