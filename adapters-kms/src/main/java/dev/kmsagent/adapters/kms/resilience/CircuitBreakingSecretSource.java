package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.SecretSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A circuit breaker: it stops calls for a while once too many failed. Only transient failures
 * count: a missing secret or a refusal shows that KMS works. Thread-safe.
 *
 * @param breaker which several sources may share
 */
public record CircuitBreakingSecretSource(SecretSource inner, CircuitBreaker breaker)
    implements SecretSource {
  private static final Unavailable OPEN =
      new Unavailable(
          Unavailable.Cause.CIRCUIT_OPEN, "", "KMS failed too often and is not asked for a while.");

  /** The last calls, of which the share of failures counts. */
  private static final int WINDOW = 20;

  /** Of the last calls: with as many failures it opens. */
  private static final int FAILURES_PERCENT = 50;

  /** Before so many calls it never opens. */
  private static final int MINIMUM_CALLS = 5;

  private static final int TRIAL_CALLS = 1;

  /** A circuit breaker for KMS, which is closed. */
  public static CircuitBreaker breaker(
      KmsConfig.CircuitBreaker config, InstantSource clock, AgentEvents events) {
    var breaker = CircuitBreaker.of("kms", config(config, clock));
    breaker
        .getEventPublisher()
        .onStateTransition(change -> events.publish(event(change.getStateTransition())));
    return breaker;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return breaker.tryAcquirePermission()
        ? Outcomes.observe(() -> inner.fetch(query, deadline), this::settle)
        : CompletableFuture.completedStage(OPEN);
  }

  /** Returns the permission in any case. The duration is not judged: deadlines do that. */
  private void settle(FetchOutcome outcome) {
    if (outcome instanceof Unavailable unavailable && !isFromCall(unavailable.cause())) {
      breaker.releasePermission();
    } else {
      breaker.onResult(0, TimeUnit.NANOSECONDS, outcome);
    }
  }

  /** Whether KMS was called. */
  private static boolean isFromCall(Unavailable.Cause cause) {
    return switch (cause) {
      case UNREACHABLE,
          TIMEOUT,
          TLS,
          SERVER_ERROR,
          UNREADABLE,
          THROTTLED,
          CLOCK,
          ACCOUNT,
          DEADLINE ->
          true;
      case CREDENTIALS, CIRCUIT_OPEN, BULKHEAD_FULL, RATE_LIMITED, NO_NEWER_VERSION, AUDIT -> false;
    };
  }

  private static CircuitBreakerConfig config(KmsConfig.CircuitBreaker config, InstantSource clock) {
    return CircuitBreakerConfig.custom()
        .slidingWindow(WINDOW, MINIMUM_CALLS, SlidingWindowType.COUNT_BASED)
        .failureRateThreshold(FAILURES_PERCENT)
        .waitDurationInOpenState(config.openFor())
        .permittedNumberOfCallsInHalfOpenState(TRIAL_CALLS)
        .recordResult(Unavailable.class::isInstance)
        .clock(clock.withZone(ZoneOffset.UTC))
        .build();
  }

  /** It is never forced open, disabled or made to count alone. */
  private static BreakerChanged event(StateTransition change) {
    return new BreakerChanged(
        BreakerState.valueOf(change.getFromState().name()),
        BreakerState.valueOf(change.getToState().name()));
  }
}
