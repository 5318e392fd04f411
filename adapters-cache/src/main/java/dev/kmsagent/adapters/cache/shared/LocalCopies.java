package dev.kmsagent.adapters.cache.shared;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The copies of shared entries in this process, each with the confirmation that it was the same as
 * in the store. A copy that is not confirmed, or not any more, is checked again before it is
 * served, for as long as the store is available. Thread-safe; to find a copy takes no lock.
 */
final class LocalCopies {
  /** Confirmations and hashes are kept for this many times the copies. */
  private static final int SLACK = 2;

  /** The epoch of a confirmation that has been withdrawn. */
  private static final long NEVER = -1;

  /** Hashes share counters: at times one seems changed that is not. */
  private static final int COUNTERS = 1024;

  private final SecretCache local;
  private final CoherenceTracker coherence;
  private final Life life;
  private final Cache<SecretQuery, Confirmation> confirmations;

  /** The plain names: other names that end alike are checked in vain, which is rare. */
  private final Map<String, SecretName> namesByHash = new ConcurrentHashMap<>();

  private final AtomicIntegerArray changes = new AtomicIntegerArray(COUNTERS);

  /**
   * How long copies count.
   *
   * @param unwatched after which a copy is checked again where the store announces no changes
   * @param most copies that are kept
   */
  record Life(InstantSource clock, Duration unwatched, int most) {}

  /** The epoch and the number of changes to a secret at one time. */
  record Snapshot(long epoch, int changes) {}

  /** Whose copy it is, and in which epoch and when it was the same as in the store. */
  private record Confirmation(PartitionKeys keys, long epoch, Instant at) {}

  LocalCopies(SecretCache local, CoherenceTracker coherence, Life life) {
    this.local = local;
    this.coherence = coherence;
    this.life = life;
    this.confirmations =
        Caffeine.newBuilder()
            .maximumSize((long) SLACK * life.most())
            .executor(Runnable::run)
            .build();
  }

  /** The copy, if the principal may see it and it is not known to have changed in the store. */
  Optional<CacheEntry> find(SecretQuery query, Optional<PartitionKeys> keys) {
    return keys.isEmpty() || isCurrent(query, keys.get()) ? local.find(query) : Optional.empty();
  }

  private boolean isCurrent(SecretQuery query, PartitionKeys keys) {
    var known = confirmations.getIfPresent(query);
    if (known == null || !known.keys().equals(keys)) {
      return false;
    }
    return switch (coherence.current()) {
      case DISCONNECTED -> true;
      case IMMEDIATE -> known.epoch() == coherence.epoch();
      case DELAYED -> life.clock().instant().isBefore(known.at().plus(life.unwatched()));
    };
  }

  /** The copy, changed or not, if the principal may see it. */
  Optional<CacheEntry> findAny(SecretQuery query, PartitionKeys keys) {
    var known = confirmations.getIfPresent(query);
    return known != null && known.keys().equals(keys) ? local.find(query) : Optional.empty();
  }

  /** To be taken before the store is read for what is then kept or confirmed. */
  Snapshot snapshot(SecretQuery query, PartitionKeys keys) {
    var count = keys.hashes(query.name()).stream().mapToInt(hash -> changes.get(counter(hash)));
    return new Snapshot(coherence.epoch(), count.sum());
  }

  /** Whether what was read from the store after {@code snapshot} may be outdated. */
  boolean isChangedSince(Snapshot snapshot, SecretQuery query, PartitionKeys keys) {
    return !snapshot(query, keys).equals(snapshot);
  }

  private static int counter(String hash) {
    return Math.floorMod(hash.hashCode(), COUNTERS);
  }

  /** Keeps a copy of what is about to be written to the store. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys) {
    keep(query, entry, keys, snapshot(query, keys));
  }

  /** Keeps a copy of what was read from the store after {@code snapshot}. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys, Snapshot snapshot) {
    follow(query.name(), keys);
    var confirmation = new Confirmation(keys, snapshot.epoch(), life.clock().instant());
    replace(query, entry, confirmation);
    invalidateIfChanged(query, keys, snapshot);
  }

  /** Keeps a copy for as long as no principal is confirmed: none sees it afterwards. */
  void keepUnconfirmed(SecretQuery query, CacheEntry entry) {
    replace(query, entry, null);
  }

  private void replace(SecretQuery query, CacheEntry entry, @Nullable Confirmation latest) {
    var _ =
        confirmations
            .asMap()
            .compute(
                query,
                (_, known) -> {
                  evictUnlessOfSameOwner(query, known, latest);
                  local.store(query, entry);
                  return latest;
                });
  }

  /** A copy of another principal may be later, and would stay and count as this one's. */
  private void evictUnlessOfSameOwner(
      SecretQuery query, @Nullable Confirmation known, @Nullable Confirmation latest) {
    if (!Objects.equals(owner(known), owner(latest))) {
      local.evict(query);
    }
  }

  private static @Nullable PartitionKeys owner(@Nullable Confirmation confirmation) {
    return confirmation == null ? null : confirmation.keys();
  }

  /**
   * Confirms that the copy is as good as what was read from the store after {@code snapshot},
   * unless the store has changed since.
   */
  void confirm(SecretQuery query, PartitionKeys keys, Snapshot snapshot) {
    if (!isChangedSince(snapshot, query, keys)) {
      var confirmation = new Confirmation(keys, snapshot.epoch(), life.clock().instant());
      update(query, known -> known.keys().equals(keys) ? confirmation : known);
      invalidateIfChanged(query, keys, snapshot);
    }
  }

  /** Gives the copy another short life where the store announces no changes, and did not answer. */
  void extend(SecretQuery query) {
    update(query, known -> new Confirmation(known.keys(), known.epoch(), life.clock().instant()));
  }

  /** Changes before the copy was there were announced in vain. */
  private void invalidateIfChanged(SecretQuery query, PartitionKeys keys, Snapshot snapshot) {
    if (isChangedSince(snapshot, query, keys)) {
      invalidate(query);
    }
  }

  /** Has the copy checked again before it is served, whosever it is. */
  void invalidate(SecretQuery query) {
    update(query, known -> new Confirmation(known.keys(), NEVER, Instant.MIN));
  }

  private void update(SecretQuery query, UnaryOperator<Confirmation> change) {
    confirmations.asMap().computeIfPresent(query, (_, known) -> change.apply(known));
  }

  /** Drops the copy unless it was read after KMS refused it; one that is kept meanwhile stays. */
  void drop(SecretQuery query, Instant revokedAt) {
    var _ =
        confirmations
            .asMap()
            .compute(
                query,
                (_, known) -> {
                  if (isReadAfter(query, revokedAt)) {
                    return known;
                  }
                  local.evict(query);
                  return null;
                });
  }

  private boolean isReadAfter(SecretQuery query, Instant revokedAt) {
    return local.find(query).filter(copy -> copy.readAt().isAfter(revokedAt)).isPresent();
  }

  /**
   * Drops all copies in a hash of the store, unless they were read after KMS refused the secret.
   */
  void dropAll(String hash, Instant revokedAt) {
    for (var query : queriesIn(hash)) {
      var known = confirmations.getIfPresent(query);
      if (known != null && known.keys().hashes(query.name()).contains(hash)) {
        drop(query, revokedAt);
      }
    }
  }

  private void follow(SecretName name, PartitionKeys keys) {
    var plainName = name.plain();
    keys.hashes(name).forEach(hash -> namesByHash.put(hash, plainName));
    if (namesByHash.size() > (long) SLACK * keys.all().size() * life.most()) {
      namesByHash.values().removeIf(kept -> local.cachedQueries(kept).isEmpty());
    }
  }

  /** Notes that a hash of the store has changed; gives the queries of the copies in it. */
  Set<SecretQuery> changed(String hash) {
    changes.incrementAndGet(counter(hash));
    return queriesIn(hash);
  }

  /** The queries of the copies that belong to a hash of the store. */
  Set<SecretQuery> queriesIn(String hash) {
    return Optional.ofNullable(namesByHash.get(hash)).map(local::cachedQueries).orElseGet(Set::of);
  }
}
