package dev.kmsagent.adapters.cache.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.SecretCache;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in this process's memory, bounded by count and by bytes: both bounds hold when {@link
 * #store} returns, and the least used entries are evicted first (W-TinyLFU). An entry larger than
 * the bound on bytes is not kept. Every eviction is published.
 *
 * <p>Caffeine enforces one bound. Here it is the count; the bytes are counted separately, and
 * enforced by lowering the count for a moment, so that Caffeine still chooses what is evicted. (One
 * weight for both, the larger of an entry's bytes and its share of the bound, would evict entries
 * with half of each bound unused.)
 *
 * <p>Thread-safe. Writes, which follow a call to KMS, are serialised by a lock; {@link #find} takes
 * none.
 */
public final class CaffeineSecretCache implements SecretCache {
  private static final CompletionStage<LeadDecision> LEAD =
      CompletableFuture.completedStage(LeadDecision.Lead.UNSHARED);

  private static final CompletionStage<Boolean> EVICTED = CompletableFuture.completedStage(true);

  private final int maxEntries;
  private final long maxBytes;
  private final AgentEvents events;
  private final Runnable afterStore;
  private final Cache<SecretQuery, CacheEntry> entries;
  private final Policy.Eviction<SecretQuery, CacheEntry> limit;
  private final AtomicLong bytes = new AtomicLong();
  private final Lock writing = new ReentrantLock();
  private volatile EvictionCause shortOf = EvictionCause.COUNT;

  /** Keeps up to {@code maxEntries} and {@code maxBytes}, both at least 1. */
  public CaffeineSecretCache(int maxEntries, long maxBytes, AgentEvents events) {
    this(maxEntries, maxBytes, events, () -> {});
  }

  /**
   * The same as one of several.
   *
   * @param afterStore runs after each store, without a lock of this cache
   */
  CaffeineSecretCache(int maxEntries, long maxBytes, AgentEvents events, Runnable afterStore) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    this.events = events;
    this.afterStore = afterStore;
    this.entries =
        Caffeine.newBuilder()
            .maximumSize(maxEntries)
            .executor(Runnable::run)
            .evictionListener(this::evicted)
            .build();
    this.limit = entries.policy().eviction().orElseThrow();
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return Optional.ofNullable(entries.getIfPresent(query));
  }

  /** Completes at once with what {@link #find} gives: no other agent shares this cache. */
  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  /** The representation is all that is read. */
  @Override
  public CachedSecret needed(Secret secret) {
    return secret.withoutValue();
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    writing.lock();
    try {
      if (entry.size() > maxBytes) {
        turnAway(query, entry);
      } else {
        entries.asMap().compute(query, (_, kept) -> later(kept, entry));
        holdBounds();
      }
    } finally {
      writing.unlock();
    }
    afterStore.run();
  }

  /** Evicts the least used entry, if there is any. */
  void evictOne(EvictionCause cause) {
    writing.lock();
    try {
      entries.cleanUp();
      shortOf = cause;
      limit.setMaximum(Math.max(0, entries.estimatedSize() - 1));
      limit.setMaximum(maxEntries);
      shortOf = EvictionCause.COUNT;
    } finally {
      writing.unlock();
    }
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return entries.asMap().keySet().stream()
        .filter(query -> query.name().plain().equals(plainName))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public CompletionStage<?> evict(SecretQuery query) {
    writing.lock();
    try {
      entries.asMap().computeIfPresent(query, (_, kept) -> forget(kept));
    } finally {
      writing.unlock();
    }
    return EVICTED;
  }

  @Override
  public CompletionStage<?> evictAll(SecretName name) {
    cachedQueries(name.plain()).stream()
        .filter(query -> query.name().equals(name))
        .forEach(this::evict);
    return EVICTED;
  }

  /** Completes at once with the lead: no other agent shares this cache. */
  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return LEAD;
  }

  @Override
  public Occupancy occupancy() {
    return new Occupancy(entries.estimatedSize(), bytes.get());
  }

  private CacheEntry later(@Nullable CacheEntry kept, CacheEntry read) {
    if (kept != null) {
      if (kept.readAt().isAfter(read.readAt())) {
        return kept;
      }
      bytes.addAndGet(-kept.size());
    }
    bytes.addAndGet(read.size());
    return read;
  }

  /** Drops an older entry with the one that has no room: it would count as the newest. */
  private void turnAway(SecretQuery query, CacheEntry entry) {
    entries
        .asMap()
        .computeIfPresent(
            query, (_, kept) -> kept.readAt().isAfter(entry.readAt()) ? kept : forget(kept));
    events.publish(new EntryEvicted(query, EvictionCause.BYTES));
  }

  private @Nullable CacheEntry forget(CacheEntry kept) {
    bytes.addAndGet(-kept.size());
    return null;
  }

  /**
   * Once half of the bytes are used, every write sets Caffeine's bound to the number of entries
   * that really fit: it records no reads while it is less than half full, and divides its bound
   * between new and proven entries.
   */
  private void holdBounds() {
    entries.cleanUp();
    if (bytes.get() <= maxBytes / 2) {
      return;
    }
    shortOf = EvictionCause.BYTES;
    var fitting = entries.estimatedSize();
    limit.setMaximum(fitting);
    while (bytes.get() > maxBytes && fitting > 1) {
      limit.setMaximum(--fitting);
    }
    limit.setMaximum(maxEntries);
    shortOf = EvictionCause.COUNT;
  }

  private void evicted(
      @Nullable SecretQuery query, @Nullable CacheEntry entry, RemovalCause cause) {
    if (query != null && entry != null) {
      bytes.addAndGet(-entry.size());
      events.publish(new EntryEvicted(query, shortOf));
    }
  }
}
