package dev.kmsagent.domain.port;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
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
