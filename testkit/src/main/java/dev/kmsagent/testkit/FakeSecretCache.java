package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.Turn;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A cache without bounds, which others can be said to have written to. Thread-safe. */
public final class FakeSecretCache implements SecretCache {
  private final Map<SecretQuery, CacheEntry> entries = new ConcurrentHashMap<>();
  private final Map<SecretQuery, CacheEntry> ofOthers = new ConcurrentHashMap<>();

  /** Another agent that shares this cache has {@code entry}: found by recalling it alone. */
  public void holdElsewhere(SecretQuery query, CacheEntry entry) {
    ofOthers.put(query, entry);
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return Optional.ofNullable(entries.get(query));
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> recall(SecretQuery query, Instant deadline) {
    Optional.ofNullable(ofOthers.remove(query)).ifPresent(entry -> store(query, entry));
    return CompletableFuture.completedFuture(find(query));
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    entries.merge(
        query, entry, (kept, read) -> read.readAt().isBefore(kept.readAt()) ? kept : read);
  }

  @Override
  public Set<SecretQuery> spellings(SecretName plainName) {
    return entries.keySet().stream()
        .filter(query -> query.name().plain().equals(plainName))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void evict(SecretQuery query) {
    entries.remove(query);
  }

  @Override
  public void evictAll(SecretName plainName) {
    spellings(plainName).forEach(this::evict);
  }

  @Override
  public CompletionStage<Turn> turn(SecretQuery query, Instant readAfter, Instant deadline) {
    return CompletableFuture.completedFuture(new Turn.Lead(Turn.Lease.UNSHARED));
  }

  @Override
  public Occupancy occupancy() {
    return new Occupancy(
        entries.size(), entries.values().stream().mapToLong(CacheEntry::size).sum());
  }
}
