package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.time.Duration;

/**
 * Where agents put envelopes for each other. Every method is one exchange: it waits, within a bound
 * of its own, and throws nothing. Of two contents of one place the later one stays, whoever comes
 * first: each method may be repeated, and done in any order. Thread-safe.
 */
public interface EntryStore extends AutoCloseable {
  /** What lies in a place, and whether the secret as a whole was refused. */
  StoreResult<StoredEntries> read(EntryKey key);

  /**
   * Puts an entry in its place, unless what lies there is later, or the secret was refused later.
   *
   * @param life after which it may be forgotten
   */
  StoreResult<Written> write(EntryKey key, Envelope entry, Duration life);

  /**
   * Puts a revocation in the place of what is not later; in a place {@link EntryKey#gone}, of all
   * entries of the secret.
   */
  StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life);

  /** Takes away what lies in a place if it is still this, which does not open. */
  StoreResult<Done> discard(EntryKey key, Envelope unreadable);

  /**
   * Asks for the right to read the secret from KMS, and for what lies in its place.
   *
   * @param holder who asks: a name that nobody else has
   * @param life after which the right ends by itself
   */
  StoreResult<Claim> claim(EntryKey key, String holder, Duration life);

  /** Gives the right back if {@code holder} still has it. */
  StoreResult<Done> release(EntryKey key, String holder);

  /** Whether it answers for a place, and lets this agent do there what it has to. */
  StoreResult<Done> ping(EntryKey key);

  /** Whether it is asked just now; not while it failed too often. Does not wait. */
  boolean isAsked();

  /** Calls {@code listener}, which must be quick, whenever {@link #isAsked} has changed. */
  void watch(Runnable listener);

  /** Ends all connections. */
  @Override
  void close();

  /** It was done, or was not needed. */
  record Done() {
    public static final Done DONE = new Done();
  }

  /** What became of an entry. */
  enum Written {
    /** It lies in its place. */
    KEPT,
    /** What lies there is later, or the secret was refused later. */
    OUTDATED
  }

  /** Whether the right was granted; and what lies in the place. */
  record Claim(boolean granted, StoredEntries stored) {}
}
