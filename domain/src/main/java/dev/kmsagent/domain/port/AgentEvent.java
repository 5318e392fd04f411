package dev.kmsagent.domain.port;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import java.time.Duration;
import java.time.Instant;

/** Something that happened in the agent. No event holds a secret in readable form. */
public sealed interface AgentEvent {
  /** A client's request for a secret was answered; {@code took} is the time inside the agent. */
  record SecretRead(SecretQuery query, Retrieval outcome, Duration took) implements AgentEvent {}

  /**
   * A request was turned away before retrieval.
   *
   * @param status the HTTP status, {@code code} the error code of the answer
   */
  record RequestRejected(int status, String code) implements AgentEvent {}

  /** KMS was called once, a retry counting anew; {@code took} is the time to the outcome. */
  record KmsCalled(SecretQuery query, FetchOutcome outcome, Duration took) implements AgentEvent {}

  /**
   * KMS refused a secret: the {@code entries} that were cached of it, at least one, are dropped.
   */
  record SecretRevoked(SecretQuery query, Refused refusal, int entries) implements AgentEvent {}

  /** The cache dropped an entry for lack of room. */
  record EntryEvicted(SecretQuery query, EvictionCause cause) implements AgentEvent {}

  /** The circuit breaker changed its state. */
  record BreakerChanged(BreakerState from, BreakerState to) implements AgentEvent {}

  /** A secret could not be read from KMS; the background leaves it alone for {@code retryIn}. */
  record RefreshFailed(SecretQuery query, NoSecret reason, Duration retryIn)
      implements AgentEvent {}

  /** A secret that should be prefetched could not be. */
  record PrefetchFailed(SecretName name, NoSecret reason) implements AgentEvent {}

  /** Prefetching is over: the agent may report ready. */
  record PrefetchFinished(int loaded, int failed) implements AgentEvent {}

  /** The token file was read again after a change. */
  record TokenReloaded() implements AgentEvent {}

  /** The token file could not be read again; the token read before stays in force. */
  record TokenUnreadable(String reason) implements AgentEvent {}

  /**
   * A key to sign calls with was obtained, good until {@code end}; {@code Instant.MAX}: lasting.
   */
  record CredentialsObtained(Instant end) implements AgentEvent {}

  /**
   * The key could not be renewed; the present one goes on until {@code end}, the next attempt comes
   * after {@code retryIn}.
   */
  record CredentialsNotRenewed(NoSecret reason, Duration retryIn, Instant end)
      implements AgentEvent {}

  /**
   * There is no key to sign calls with; the next attempt to get one comes after {@code retryIn}.
   */
  record CredentialsMissing(NoSecret reason, Duration retryIn) implements AgentEvent {}

  /** The file of authorities was read again after a change. */
  record AuthoritiesReloaded() implements AgentEvent {}

  /** The file of authorities could not be read again; those read before stay in force. */
  record AuthoritiesUnreadable(String reason) implements AgentEvent {}

  /** The store behind the shared cache was called; {@code took} is the time to the outcome. */
  record SharedCacheCalled(
      SharedCacheOperation operation, SharedCacheOutcome outcome, Duration took)
      implements AgentEvent {}

  /** The shared cache was looked through for an entry, and answered. */
  record SharedEntryRead(SecretQuery query, SharedRead result) implements AgentEvent {}

  /** How copies in this process are kept the same as those in the shared cache has changed. */
  record CoherenceChanged(Coherence to) implements AgentEvent {}

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
    /** The word that KMS refused it to another agent. */
    REVOKED,
    /** One that does not open: altered, cut, moved from another name, sealed with another key. */
    UNREADABLE,
    /** One that was read earlier than one that this agent has seen: replayed, or overtaken. */
    OUTDATED,
    /** One that was read in the future by this agent's clock: the clocks differ too much. */
    AHEAD
  }

  /** How changes that other agents make to the shared cache become known. */
  enum Coherence {
    /** Its store tells at once. */
    TRACKED,
    /** Copies are checked again after a short life. */
    POLLED,
    /** Not at all: it is out of reach, and the copies stand for themselves. */
    ALONE
  }

  /** What a bounded cache ran out of. */
  enum EvictionCause {
    /** {@code CacheSize}. */
    COUNT,
    /** {@code MaxBytes}. */
    BYTES
  }

  /** The states of a circuit breaker. */
  enum BreakerState {
    CLOSED,
    OPEN,
    HALF_OPEN
  }
}
