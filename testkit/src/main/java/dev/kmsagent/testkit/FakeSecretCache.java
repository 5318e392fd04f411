package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.port.out.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * A cache without bounds, which others can be said to have written to. A subclass may do something
 * else instead. Thread-safe.
 */
public class FakeSecretCache implements SecretCache {
  private final Map<SecretQuery, CacheEntry> entries = new ConcurrentHashMap<>();
  private final Map<SecretQuery, CacheEntry> ofOthers = new ConcurrentHashMap<>();

  private final Queue<Instant> turnDeadlines = new ConcurrentLinkedQueue<>();
  private volatile Scheduler scheduler =
      (_, task) -> {
        task.run();
        return () -> {};
      };
  private volatile Duration findSharedLatency = Duration.ZERO;
  private volatile boolean isToBeChecked;

  /** From now on it takes its time to recall something. */
  public void findSharedLatency(Duration latency, Scheduler timers) {
    scheduler = timers;
    findSharedLatency = latency;
  }

  /** From now on what it has is to be checked again: {@link #findShared} alone finds it. */
  public void outdate() {
    isToBeChecked = true;
  }

  /** By when each turn was wanted. */
  public List<Instant> turnDeadlines() {
    return List.copyOf(turnDeadlines);
  }

  /** Another agent that shares this cache has {@code entry}: found by recalling it alone. */
  public void holdElsewhere(SecretQuery query, CacheEntry entry) {
    ofOthers.put(query, entry);
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return isToBeChecked ? Optional.empty() : Optional.ofNullable(entries.get(query));
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    Optional.ofNullable(ofOthers.remove(query)).ifPresent(entry -> store(query, entry));
    var recalled = new CompletableFuture<Optional<CacheEntry>>();
    scheduler.schedule(
        findSharedLatency, () -> recalled.complete(Optional.ofNullable(entries.get(query))));
    return recalled;
  }

  @Override
  public CachedSecret needed(Secret secret) {
    return secret;
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    entries.merge(
        query, entry, (kept, read) -> read.readAt().isBefore(kept.readAt()) ? kept : read);
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return entries.keySet().stream()
        .filter(query -> query.name().plain().equals(plainName))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public CompletionStage<?> evict(SecretQuery query) {
    entries.remove(query);
    return CompletableFuture.completedStage(query);
  }

  @Override
  public CompletionStage<?> evictAll(SecretName name) {
    cachedQueries(name.plain()).stream()
        .filter(query -> query.name().equals(name))
        .forEach(this::evict);
    return CompletableFuture.completedStage(name);
  }

  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    turnDeadlines.add(deadline);
    return CompletableFuture.completedFuture(LeadDecision.Lead.UNSHARED);
  }

  @Override
  public Occupancy occupancy() {
    return new Occupancy(
        entries.size(), entries.values().stream().mapToLong(CacheEntry::size).sum());
  }
}
