package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A refusal by KMS as agents tell it each other. Thread-safe.
 *
 * @param refusedAt when KMS refused it, by the agent's clock
 * @param atLeast a date by the store's clock that it must not precede
 * @param date its date by the store's clock, once that is known
 * @param due whether the store may lack it: until a write of it begins, and again when that fails,
 *     or the store has lost it
 */
record Revocation(
    Subject subject,
    RevokeCondition condition,
    Instant refusedAt,
    Instant atLeast,
    AtomicReference<@Nullable Instant> date,
    AtomicBoolean due) {
  /**
   * What KMS refused: an entry, or a secret as a whole.
   *
   * @param keyOf its key in the store, under each encryption key
   */
  record Subject(PartitionKeys keys, SecretName plainName, Function<EntryCodec, EntryKey> keyOf) {
    static Subject of(PartitionKeys keys, SecretQuery query) {
      return new Subject(keys, query.name().plain(), codec -> codec.key(query));
    }

    static Subject whole(PartitionKeys keys, SecretName name) {
      return new Subject(keys, name.plain(), codec -> codec.gone(name));
    }

    /** The key by which this agent knows it. */
    EntryKey key() {
      return keyOf.apply(keys.first());
    }
  }

  /** One that the store does not have yet. */
  static Revocation due(
      Subject subject, RevokeCondition condition, Instant refusedAt, Instant atLeast) {
    return new Revocation(
        subject, condition, refusedAt, atLeast, new AtomicReference<>(), new AtomicBoolean(true));
  }

  /** One that the store has, under the date {@code at} by its clock. */
  static Revocation stored(Subject subject, Instant refusedAt, Instant at) {
    return new Revocation(
        subject,
        RevokeCondition.ALWAYS,
        refusedAt,
        at,
        new AtomicReference<>(at),
        new AtomicBoolean());
  }

  EntryKey key() {
    return subject.key();
  }

  /** The date by the store's clock: constant once it is known, so that a write can be repeated. */
  Optional<Instant> dateBy(StoreClock storeClock) {
    var latest = storeClock.latestInStore(refusedAt).map(it -> it.isBefore(atLeast) ? atLeast : it);
    return Optional.ofNullable(
        date.updateAndGet(known -> known == null ? latest.orElse(null) : known));
  }
}
