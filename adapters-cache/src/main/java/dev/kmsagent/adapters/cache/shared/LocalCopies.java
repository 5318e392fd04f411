package dev.kmsagent.adapters.cache.shared;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The copies in this process, each with the last time it was known to be the one in the store. A
 * copy without that is looked at again before it is served, for as long as the store can be asked.
 * Thread-safe; to find a copy takes no lock.
 */
final class LocalCopies {
  /** For so many times the copies there is room for what is known of them. */
  private static final int SLACK = 2;

  /** No epoch. */
  private static final long NEVER = -1;

  private final SecretCache local;
  private final CoherenceTracker watch;
  private final Life life;
  private final Cache<SecretQuery, Check> checks;
  private final Map<String, SecretName> followed = new ConcurrentHashMap<>();
  private final ChangeCounts changes = new ChangeCounts();

  /**
   * How long copies count.
   *
   * @param unwatched after which a copy is looked at again where the store does not tell of changes
   * @param most copies that are kept
   */
  record Life(InstantSource clock, Duration unwatched, int most) {}

  /** How things stood when the store was asked. */
  record Mark(long epoch, int changes) {}

  /** Whose copy it is, and in which epoch and when it was the one in the store. */
  private record Check(PartitionKeys keys, long epoch, Instant at) {}

  LocalCopies(SecretCache local, CoherenceTracker watch, Life life) {
    this.local = local;
    this.watch = watch;
    this.life = life;
    this.checks =
        Caffeine.newBuilder()
            .maximumSize((long) SLACK * life.most())
            .executor(Runnable::run)
            .build();
  }

  /** The copy, provided that the principal may see it and nobody is known to have changed it. */
  Optional<CacheEntry> find(SecretQuery query, Optional<PartitionKeys> keys) {
    return keys.isEmpty() || isCurrent(query, keys.get()) ? local.find(query) : Optional.empty();
  }

  private boolean isCurrent(SecretQuery query, PartitionKeys keys) {
    var check = checks.getIfPresent(query);
    if (check == null || !check.keys().equals(keys)) {
      return false;
    }
    return switch (watch.coherence()) {
      case DISCONNECTED -> true;
      case IMMEDIATE -> check.epoch() == watch.epoch();
      case DELAYED -> life.clock().instant().isBefore(check.at().plus(life.unwatched()));
    };
  }

  /** The copy, changed or not, provided that the principal may see it. */
  Optional<CacheEntry> any(SecretQuery query, PartitionKeys keys) {
    var check = checks.getIfPresent(query);
    return check != null && check.keys().equals(keys) ? local.find(query) : Optional.empty();
  }

  /** To be taken before the store is asked for what is kept, or confirmed, after its answer. */
  Mark mark(SecretQuery query, PartitionKeys keys) {
    return new Mark(watch.epoch(), changes.of(hashes(query.name().plain(), keys)));
  }

  private static List<String> hashes(SecretName plainName, PartitionKeys keys) {
    return keys.all().stream().map(codec -> codec.gone(plainName).hash()).toList();
  }

  /** Keeps a copy that is about to be the one in the store. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys) {
    keep(query, entry, keys, mark(query, keys));
  }

  /** Keeps a copy that was the one in the store as things stood then. */
  void keep(SecretQuery query, CacheEntry entry, PartitionKeys keys, Mark mark) {
    follow(query.name().plain(), keys);
    var check = new Check(keys, mark.epoch(), life.clock().instant());
    checks.asMap().compute(query, (_, known) -> kept(query, entry, known, check));
    doubtIfChanged(query, keys, mark);
  }

  /** A copy of another principal may be later, and would else stay and count as this one's. */
  private Check kept(SecretQuery query, CacheEntry entry, @Nullable Check known, Check check) {
    if (known == null || !known.keys().equals(check.keys())) {
      local.evict(query);
    }
    local.store(query, entry);
    return check;
  }

  /** Keeps a copy that no principal sees once one is confirmed. */
  void keepUnseen(SecretQuery query, CacheEntry entry) {
    checks.asMap().compute(query, (_, known) -> keptUnseen(query, entry, known));
  }

  private @Nullable Check keptUnseen(SecretQuery query, CacheEntry entry, @Nullable Check known) {
    if (known != null) {
      local.evict(query);
    }
    local.store(query, entry);
    return null;
  }

  /**
   * The copy is as good as the one in the store, as things stood then. Of what was changed since,
   * something later may be known by now.
   */
  void confirm(SecretQuery query, PartitionKeys keys, Mark mark) {
    if (!isChangedSince(mark, query, keys)) {
      recheck(query, known -> confirmed(known, keys, mark));
      doubtIfChanged(query, keys, mark);
    }
  }

  private Check confirmed(Check known, PartitionKeys keys, Mark mark) {
    return known.keys().equals(keys)
        ? new Check(keys, mark.epoch(), life.clock().instant())
        : known;
  }

  /** The store does not say: where it does not tell of changes, the copy gets a new short life. */
  void spare(SecretQuery query) {
    recheck(query, known -> new Check(known.keys(), known.epoch(), life.clock().instant()));
  }

  /** What changed before the copy was there was told to nobody. */
  private void doubtIfChanged(SecretQuery query, PartitionKeys keys, Mark mark) {
    if (isChangedSince(mark, query, keys)) {
      doubt(query);
    }
  }

  /** Whether what was taken from the store then may be outdated. */
  boolean isChangedSince(Mark mark, SecretQuery query, PartitionKeys keys) {
    return !mark(query, keys).equals(mark);
  }

  /** The copy, whosever it is, has to be looked at again. */
  void doubt(SecretQuery query) {
    recheck(query, known -> new Check(known.keys(), NEVER, Instant.MIN));
  }

  private void recheck(SecretQuery query, UnaryOperator<Check> next) {
    checks.asMap().computeIfPresent(query, (_, known) -> next.apply(known));
  }

  /**
   * Drops the copy unless it was read later than KMS refused it. What is known of it stays: by now
   * it may be known of a later one.
   */
  void drop(SecretQuery query, Instant revokedAt) {
    if (local.find(query).filter(copy -> !copy.readAt().isAfter(revokedAt)).isPresent()) {
      local.evict(query);
    }
  }

  private void follow(SecretName plainName, PartitionKeys keys) {
    hashes(plainName, keys).forEach(hash -> followed.put(hash, plainName));
    if (followed.size() > (long) SLACK * keys.all().size() * life.most()) {
      followed.values().removeIf(name -> local.cachedQueries(name).isEmpty());
    }
  }

  /** A hash of the store was changed: what of this agent's copies lies in it. */
  Set<SecretQuery> changed(String hash) {
    changes.count(hash);
    return in(hash);
  }

  /** What of this agent's copies lies in a hash of the store. */
  Set<SecretQuery> in(String hash) {
    return Optional.ofNullable(followed.get(hash)).map(local::cachedQueries).orElseGet(Set::of);
  }
}
