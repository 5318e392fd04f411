package dev.kmsagent.domain.event;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls to KMS, and what they lead to. Where each pod has its own role, {@code caller} is who
 * caused it; of a call it names no pod, since those of one subject share a key.
 */
public sealed interface KmsEvent extends AgentEvent {
  /** KMS was called once, a retry counting anew; {@code took} is the time to the outcome. */
  record KmsCalled(SecretQuery query, FetchOutcome outcome, Duration took, Optional<Caller> caller)
      implements KmsEvent {}

  /** KMS was not called: too many other calls are under way or wait. */
  record CallNotMade(SecretQuery query, Unavailable reason) implements KmsEvent {}

  /** A secret could not be read from KMS; the background leaves it alone for {@code retryIn}. */
  record RefreshFailed(
      SecretQuery query, NoSecret reason, Duration retryIn, Optional<Caller> caller)
      implements KmsEvent {}

  /**
   * KMS refused a secret: the {@code entries} that were cached of it, at least one, are dropped.
   */
  record SecretRevoked(SecretQuery query, Refused refusal, int entries, Optional<Caller> caller)
      implements KmsEvent {}

  /**
   * Clients caused as many calls at will as they may, by names that KMS refuses or by refreshNow:
   * the call for {@code query} waits, or is not made.
   */
  record ClientCallsLimited(SecretQuery query, Optional<Caller> caller) implements KmsEvent {}

  /** The circuit breaker changed its state. */
  record BreakerChanged(BreakerState from, BreakerState to) implements KmsEvent {}

  /** The states of a circuit breaker. */
  enum BreakerState {
    CLOSED,
    OPEN,
    HALF_OPEN
  }
}
