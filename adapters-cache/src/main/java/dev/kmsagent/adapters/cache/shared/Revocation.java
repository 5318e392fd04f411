package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.SecretName;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A refusal by KMS as agents tell it each other. It is due until a write of it to the store begins,
 * and again when that fails, or the store has lost it. Thread-safe.
 */
final class Revocation {
  private final Subject subject;
  private final RevokeCondition condition;
  private final Instant refusedAt;
  private final Instant atLeast;
  private final AtomicBoolean isDue;
  private @Nullable Instant at;

  /**
   * What KMS refused: an entry, or a secret as a whole.
   *
   * @param keyOf its key in the store, under each encryption key
   */
  record Subject(PartitionKeys keys, SecretName plainName, Function<EntryCodec, EntryKey> keyOf) {
    /** The key by which this agent knows it. */
    EntryKey key() {
      return keyOf.apply(keys.first());
    }
  }

  private Revocation(
      Subject subject,
      RevokeCondition condition,
      Instant refusedAt,
      Instant atLeast,
      boolean isDue) {
    this.subject = subject;
    this.condition = condition;
    this.refusedAt = refusedAt;
    this.atLeast = atLeast;
    this.isDue = new AtomicBoolean(isDue);
  }

  /**
   * One that the store does not have yet.
   *
   * @param refusedAt when KMS refused it, by the agent's clock
   * @param atLeast a date by the store's clock that it must not precede
   */
  static Revocation due(
      Subject subject, RevokeCondition condition, Instant refusedAt, Instant atLeast) {
    return new Revocation(subject, condition, refusedAt, atLeast, true);
  }

  /** One that the store has, under this date by its clock. */
  static Revocation stored(Subject subject, Instant refusedAt, Instant at) {
    var stored = new Revocation(subject, RevokeCondition.ALWAYS, refusedAt, at, false);
    stored.at = at;
    return stored;
  }

  Subject subject() {
    return subject;
  }

  EntryKey key() {
    return subject.key();
  }

  RevokeCondition condition() {
    return condition;
  }

  /** By the agent's clock. */
  Instant refusedAt() {
    return refusedAt;
  }

  /** The date by the store's clock: constant once it is known, so that a write can be repeated. */
  synchronized Optional<Instant> at(StoreClock storeClock) {
    if (at == null) {
      at = storeClock.latestInStore(refusedAt).map(this::orAtLeast).orElse(null);
    }
    return Optional.ofNullable(at);
  }

  private Instant orAtLeast(Instant latest) {
    return latest.isBefore(atLeast) ? atLeast : latest;
  }

  boolean isDue() {
    return isDue.get();
  }

  void setDue() {
    isDue.set(true);
  }

  /** Whether it was due, and is not any more. */
  boolean begin() {
    return isDue.compareAndSet(true, false);
  }
}
