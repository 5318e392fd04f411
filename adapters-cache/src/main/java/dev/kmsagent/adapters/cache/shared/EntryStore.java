package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: the store in which agents put envelopes for each other. Every operation is one exchange: it
 * returns at once, and its stage completes within the store's own timeouts, never exceptionally. Of
 * two envelopes under one key the one with the later date stays, whichever arrives first: an
 * operation may be repeated, and operations may arrive in any order. All dates are by the store's
 * own clock, which each answer tells; envelopes dated later than that, which an earlier clock left,
 * count as absent. Thread-safe.
 */
public interface EntryStore extends AutoCloseable {
  /** No lease has this holder: to release it shows whether the store takes writes. */
  String NOBODY = "";

  /** Reads the envelope under a key, and the tombstone of the secret as a whole. */
  CompletionStage<StoreResult<StoredEntries>> read(EntryKey key);

  /**
   * Stores an entry, unless the store has a later envelope under this key, or a later tombstone of
   * the secret as a whole. It fails if its date is later than the store's time.
   *
   * @param life after which the store may drop it
   */
  CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life);

  /**
   * Replaces an envelope that is not later by a tombstone; under {@link EntryKey#gone}, all
   * envelopes of the secret. It fails if its date is later than the store's time.
   *
   * @param life after which the store may drop it, unless it keeps entries of the secret for longer
   */
  CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition);

  /** Removes an envelope that does not open, if it is still the one under this key. */
  CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable);

  /**
   * Asks for the lease of a secret, which is the right to read it from KMS among the processes that
   * share the store, and reads what is under the key.
   *
   * @param holder a name that no other candidate has
   * @param life the time after which the lease expires
   */
  CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life);

  /** Ends the lease if {@code holder} still has it. */
  CompletionStage<StoreResult<Done>> release(EntryKey key, String holder);

  /** Ends all exchanges. */
  @Override
  void close();

  /** The operation took effect, or was not needed. */
  record Done() {
    public static final Done DONE = new Done();
  }

  /** When a tombstone is stored. */
  enum RevokeCondition {
    /** In any case: other agents may be about to store an older entry. */
    ALWAYS,
    /** If there is an entry to replace. */
    IF_STORED
  }

  /** What happened to an entry. */
  enum Written {
    /** The store has it. */
    KEPT,
    /** The store has a later envelope or tombstone. */
    OUTDATED
  }

  /** What happened to a tombstone. */
  enum Revoked {
    /** The store has it or a later envelope, or too many of the secret to take it. */
    STORED,
    /** The store has nothing that it is about. */
    UNNEEDED
  }

  /** Whether the lease was granted, and what is under the key. */
  record Claim(boolean granted, StoredEntries stored) {}

  /** What the store has under a key: the envelope, and the tombstone of the secret as a whole. */
  record StoredEntries(Optional<Envelope> entry, Optional<Envelope> gone) {}

  /** The outcome of one exchange with the store. */
  sealed interface StoreResult<T> {
    /**
     * The store answered.
     *
     * @param at the store's time when it did
     */
    record Answered<T>(T answer, Instant at) implements StoreResult<T> {}

    /** The store did not answer, or refused. */
    record Failed<T>(SharedCacheOutcome.Failed failure) implements StoreResult<T> {}

    /** The store was not called, since it failed too often, or too many exchanges wait for it. */
    record Skipped<T>() implements StoreResult<T> {}

    /** The answer, if there is one. */
    default Optional<T> answered() {
      return this instanceof Answered<T>(var answer, _) ? Optional.of(answer) : Optional.empty();
    }
  }
}
