package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A good pair of caches that share through memory, as plain as can be; each subclass gets one thing
 * wrong. Nothing is kept but what is shared, and copies of it.
 */
class SharingCaches implements SecretCacheContract, SharedSecretCacheContract {
  final Map<SecretQuery, CacheEntry> shared = new ConcurrentHashMap<>();
  final Map<SecretName, Instant> refused = new ConcurrentHashMap<>();
  final Map<SecretQuery, CompletableFuture<Void>> leases = new ConcurrentHashMap<>();
  final InstantSource clock = InstantSource.system();
  private final SecretCache one = new View();
  private final SecretCache other = new View();

  @Override
  public final SecretCache cache() {
    return one;
  }

  @Override
  public final SecretCache peer() {
    return other;
  }

  /** Nothing is done in the background here. */
  @Override
  public void await(BooleanSupplier condition) {
    Soon.assertWithin(Duration.ofMillis(200), condition);
  }

  void share(SecretQuery query, CacheEntry entry) {
    if (!entry.readAt().isAfter(refused.getOrDefault(query.name(), Instant.MIN))) {
      return;
    }
    shared.merge(query, entry, (kept, read) -> kept.readAt().isAfter(read.readAt()) ? kept : read);
  }

  void unshare(SecretName name) {
    refused.put(name, clock.instant());
    shared.keySet().removeIf(query -> query.name().equals(name));
  }

  LeadDecision turnOf(SecretQuery query, Instant readAfter, Instant end) {
    var lease = new CompletableFuture<Void>();
    while (clock.instant().isBefore(end)) {
      var entry = Optional.ofNullable(shared.get(query));
      if (entry.filter(found -> found.readAt().isAfter(readAfter)).isPresent()) {
        return new LeadDecision.Supplied(entry.get());
      }
      if (leases.putIfAbsent(query, lease) == null) {
        return (LeadDecision.Lead) () -> leases.remove(query, lease);
      }
      LockSupport.parkNanos(100_000);
    }
    return LeadDecision.Lead.UNSHARED;
  }

  /** What one agent sees. */
  private final class View implements SecretCache {
    private final FakeSecretCache copies = new FakeSecretCache();

    @Override
    public Optional<CacheEntry> find(SecretQuery query) {
      return copies.find(query).flatMap(copy -> current(query, copy));
    }

    /** A copy that the others do not have any more, or have anew, is none. */
    private Optional<CacheEntry> current(SecretQuery query, CacheEntry copy) {
      return Optional.ofNullable(shared.get(query)).filter(copy::equals);
    }

    @Override
    public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
      var entry = Optional.ofNullable(shared.get(query));
      entry.ifPresentOrElse(found -> copies.store(query, found), () -> copies.evict(query));
      return CompletableFuture.completedFuture(entry);
    }

    @Override
    public CachedSecret needed(Secret secret) {
      return secret;
    }

    @Override
    public synchronized void store(SecretQuery query, CacheEntry entry) {
      share(query, entry);
      copies.store(query, shared.getOrDefault(query, entry));
    }

    @Override
    public Set<SecretQuery> cachedQueries(SecretName plainName) {
      return copies.cachedQueries(plainName);
    }

    @Override
    public synchronized void evict(SecretQuery query) {
      copies.evict(query);
      shared.remove(query);
    }

    @Override
    public synchronized void evictAll(SecretName name) {
      copies.evictAll(name);
      unshare(name);
    }

    @Override
    public CompletionStage<LeadDecision> requestLead(
        SecretQuery query, Instant readAfter, Instant deadline) {
      var half = Duration.between(clock.instant(), deadline).dividedBy(2);
      var end = clock.instant().plus(half);
      return CompletableFuture.supplyAsync(
          () -> {
            var turn = turnOf(query, readAfter, end);
            if (turn instanceof LeadDecision.Supplied(var entry)) {
              copies.store(query, entry);
            }
            return turn;
          },
          task -> Thread.ofVirtual().start(task));
    }

    @Override
    public Occupancy occupancy() {
      return copies.occupancy();
    }
  }
}
