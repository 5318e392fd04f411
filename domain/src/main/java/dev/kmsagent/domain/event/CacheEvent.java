package dev.kmsagent.domain.event;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import java.time.Duration;

/** The cache, in this process and shared. */
public sealed interface CacheEvent extends AgentEvent {
  /** The cache evicted an entry for lack of room. */
  record EntryEvicted(SecretQuery query, EvictionCause cause) implements CacheEvent {}

  /** The store behind the shared cache was called; {@code took} is the time to the outcome. */
  record SharedCacheCalled(
      SharedCacheOperation operation, SharedCacheOutcome outcome, Duration took)
      implements CacheEvent {}

  /** The shared cache answered a look-up of an entry. */
  record SharedEntryRead(SecretQuery query, SharedRead result) implements CacheEvent {}

  /**
   * A revocation was not written to the shared cache, and is not any more: too many wait for it.
   * Other agents serve their copies of the secret until these lapse.
   */
  record RevocationDropped(SecretName plainName) implements CacheEvent {}

  /**
   * Whether this agent does without the store behind the shared cache, which failed too often: it
   * serves its copies, and learns of no changes by other agents.
   */
  record SharedCacheAlone(boolean alone) implements CacheEvent {}

  /** The folder of the cache was opened: so many secrets are in it from before. */
  record CacheRestored(int secrets) implements CacheEvent {}

  /** What a bounded cache ran out of. */
  enum EvictionCause {
    /** {@code CacheSize}. */
    COUNT,
    /** {@code MaxBytes}. */
    BYTES
  }

  /** What the store behind the shared cache is asked for. */
  enum SharedCacheOperation {
    /** An entry. */
    READ,
    /** To keep or to drop an entry. */
    WRITE,
    /** The right to read a secret from KMS. */
    LEASE
  }

  /** What was found in the shared cache. */
  enum SharedRead {
    /** An entry that can be used. */
    FOUND,
    /** None. */
    ABSENT,
    /** A tombstone: KMS refused the secret to another agent. */
    REVOKED,
    /** One that does not open: altered, cut, moved from another name, sealed with another key. */
    UNREADABLE,
    /** One that was read earlier than one that this agent has seen: replayed, or overtaken. */
    OUTDATED
  }
}
