package dev.kmsagent.adapters.cache.shared;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The copies of shared entries in this process, each with the time until which it counts as the
 * same as in the store. After that it is checked again before it is served, for as long as the
 * store is available. Thread-safe; to find a copy takes no lock.
 */
final class LocalCopies {
  private final SecretCache local;
  private final BooleanSupplier isAvailable;
  private final InstantSource clock;
  private final Duration ttl;
  private final Cache<SecretQuery, Confirmation> confirmations;

  /** Whose copy it is, and until when it counts as the same as in the store. */
  private record Confirmation(PartitionKeys keys, Instant until) {}

  /**
   * @param isAvailable whether the store can be asked
   * @param ttl after which a copy is checked again
   * @param most copies whose confirmations are kept
   */
  LocalCopies(
      SecretCache local, BooleanSupplier isAvailable, InstantSource clock, Duration ttl, int most) {
    this.local = local;
    this.isAvailable = isAvailable;
    this.clock = clock;
    this.ttl = ttl;
    this.confirmations = Caffeine.newBuilder().maximumSize(most).executor(Runnable::run).build();
  }

  /** The copy, if the principal may see it, unless it is to be checked again. */
  Optional<CacheEntry> find(SecretQuery query, Optional<PartitionKeys> keys) {
    return keys.isEmpty() || isCurrent(query, keys.get()) ? local.find(query) : Optional.empty();
  }

  private boolean isCurrent(SecretQuery query, PartitionKeys keys) {
    var known = confirmations.getIfPresent(query);
    return known != null
        && known.keys().equals(keys)
        && (clock.instant().isBefore(known.until()) || !isAvailable.getAsBoolean());
  }

  /** The copy, checked or not, if the principal may see it. */
  Optional<CacheEntry> findAny(SecretQuery query, PartitionKeys keys) {
    var known = confirmations.getIfPresent(query);
    return known != null && known.keys().equals(keys) ? local.find(query) : Optional.empty();
  }

  /** Keeps a copy of what the store was asked for at {@code asked}, or is about to be sent. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys, Instant asked) {
    replace(query, entry, new Confirmation(keys, asked.plus(ttl)));
  }

  /** Keeps a copy for as long as no principal is confirmed: none sees it afterwards. */
  void keepUnconfirmed(SecretQuery query, CacheEntry entry) {
    replace(query, entry, null);
  }

  /** A copy of another principal may be later, and would stay and count as this one's. */
  private void replace(SecretQuery query, CacheEntry entry, @Nullable Confirmation latest) {
    var _ =
        confirmations
            .asMap()
            .compute(
                query,
                (_, known) -> {
                  if (!Objects.equals(owner(known), owner(latest))) {
                    local.evict(query);
                  }
                  local.store(query, entry);
                  return latest;
                });
  }

  private static @Nullable PartitionKeys owner(@Nullable Confirmation confirmation) {
    return confirmation == null ? null : confirmation.keys();
  }

  /** The copy is as good as what the store was asked for at {@code asked}. */
  void confirm(SecretQuery query, PartitionKeys keys, Instant asked) {
    var confirmation = new Confirmation(keys, asked.plus(ttl));
    var _ =
        confirmations
            .asMap()
            .computeIfPresent(
                query, (_, known) -> known.keys().equals(keys) ? confirmation : known);
  }

  /** Drops the copy unless it was read after KMS refused it; one that is kept meanwhile stays. */
  void drop(SecretQuery query, Instant revokedAt) {
    var _ =
        confirmations
            .asMap()
            .compute(
                query,
                (_, known) -> {
                  var copy = local.find(query);
                  if (copy.filter(it -> it.readAt().isAfter(revokedAt)).isPresent()) {
                    return known;
                  }
                  local.evict(query);
                  return null;
                });
  }

  /** Drops all copies of a secret, unless they were read after KMS refused it. */
  void dropAll(SecretName plainName, EntryKey whole, Instant revokedAt) {
    for (var query : local.cachedQueries(plainName)) {
      var known = confirmations.getIfPresent(query);
      if (known != null && known.keys().first().gone(query.name()).equals(whole)) {
        drop(query, revokedAt);
      }
    }
  }
}
