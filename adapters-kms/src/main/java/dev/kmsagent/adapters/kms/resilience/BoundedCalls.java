package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Bounds the time of calls of KMS and reports them: each exchange is broken off at the deadline or
 * the read timeout, whichever comes first; an event tells its outcome and duration. Thread-safe.
 *
 * @param caller for whom they are made, where each pod has its own role
 */
public record BoundedCalls(
    Exchanges kms,
    Duration readTimeout,
    TimeSources timing,
    AgentEvents events,
    Optional<Caller> caller)
    implements KmsCalls {
  /** The outcome where the deadline passes first. */
  static final Unavailable TOO_LATE =
      new Unavailable(Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline.");

  private static final Unavailable TIMED_OUT =
      new Unavailable(Unavailable.Cause.TIMEOUT, "", "KMS did not answer in time.");

  /** Calls for the agent itself. */
  public BoundedCalls(Exchanges kms, Duration readTimeout, TimeSources timing, AgentEvents events) {
    this(kms, readTimeout, timing, events, Optional.empty());
  }

  /** The same for a caller. */
  BoundedCalls of(Optional<Caller> other) {
    return new BoundedCalls(kms, readTimeout, timing, events, other);
  }

  /** Exchanges with KMS: one signed request and its answer. Thread-safe. */
  @FunctionalInterface
  public interface Exchanges {
    /**
     * Begins an exchange; does not block. It has no time limit: the caller breaks it off by
     * completing the future.
     */
    CompletableFuture<FetchOutcome> begin(SecretQuery query, SigningKey signingKey);
  }

  @Override
  public CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    var begun = timing.now();
    var left = Duration.between(begun, deadline);
    if (!left.isPositive()) {
      return CompletableFuture.completedStage(TOO_LATE);
    }
    return Outcomes.observe(
        () -> exchange(query, signingKey, left), outcome -> report(query, outcome, begun));
  }

  private CompletionStage<FetchOutcome> exchange(
      SecretQuery query, SigningKey signingKey, Duration left) {
    var exchange = kms.begin(query, signingKey);
    return left.compareTo(readTimeout) > 0
        ? timing.scheduler().completeAfter(readTimeout, exchange, () -> TIMED_OUT)
        : timing.scheduler().completeAfter(left, exchange, () -> TOO_LATE);
  }

  private void report(SecretQuery query, FetchOutcome outcome, Instant begun) {
    var took = Duration.between(begun, timing.now());
    events.publish(
        new KmsEvent.KmsCalled(query, outcome, took.isNegative() ? Duration.ZERO : took, caller));
  }
}
