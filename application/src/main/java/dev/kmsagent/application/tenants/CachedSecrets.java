package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Lookup;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the cache holds, fresh or stale, for a caller whose grant has lapsed. It calls nothing and
 * changes nothing, so that callers of the same role whose grants are confirmed do not notice it.
 * Thread-safe.
 */
final class CachedSecrets implements RetrieveSecret {
  private final SecretCache cache;
  private final InstantSource clock;
  private final AgentEvents reads;
  private final Duration maxStale;

  CachedSecrets(SecretCache cache, InstantSource clock, AgentEvents reads) {
    this(cache, clock, reads, ChronoUnit.FOREVER.getDuration());
  }

  private CachedSecrets(
      SecretCache cache, InstantSource clock, AgentEvents reads, Duration maxStale) {
    this.cache = cache;
    this.clock = clock;
    this.reads = reads;
    this.maxStale = maxStale;
  }

  @Override
  public RetrieveSecret withMaxStale(Duration bound) {
    return new CachedSecrets(cache, clock, reads, bound);
  }

  @Override
  public Lookup lookUp(SecretQuery query) {
    return findWithoutWaiting(query).<Lookup>map(it -> it).orElse(Lookup.NotServed.UNDECIDED);
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    var found = find(query);
    found.ifPresent(it -> report(query, it));
    return found;
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var outcome = find(query).<Retrieval>map(it -> it).orElse(Grant.NO_KEY);
    report(query, outcome);
    return CompletableFuture.completedStage(outcome);
  }

  private Optional<Found> find(SecretQuery query) {
    var now = clock.instant();
    return cache.find(query).map(it -> it.staleFor(maxStale)).flatMap(it -> served(it, now));
  }

  private static Optional<Found> served(CacheEntry entry, Instant now) {
    return switch (entry.freshness(now)) {
      case FRESH, REFRESH_DUE -> Optional.of(new Found(entry, CacheState.HIT));
      case LAPSED -> Optional.of(new Found(entry, CacheState.STALE));
      case EXPIRED -> Optional.empty();
    };
  }

  private void report(SecretQuery query, Retrieval outcome) {
    reads.publish(new SecretRead(query, outcome, Duration.ZERO));
  }
}
