package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Repeats calls that failed transiently, if the next attempt can begin before the deadline.
 * Thread-safe.
 */
public final class RetryingSecretSource implements SecretSource {
  private final SecretSource inner;
  private final Retry retry;
  private final InstantSource clock;
  private final Scheduler scheduler;

  /**
   * @param maxAttempts calls in all, so 1 never retries
   */
  public RetryingSecretSource(
      SecretSource inner,
      int maxAttempts,
      RandomGenerator random,
      InstantSource clock,
      Scheduler scheduler) {
    this.inner = inner;
    this.retry = Retry.of("kms", retry(maxAttempts, new RetryBackoff(random)));
    this.clock = clock;
    this.scheduler = scheduler;
  }

  private static RetryConfig retry(int maxAttempts, RetryBackoff backoff) {
    return RetryConfig.<FetchOutcome>custom()
        .maxAttempts(maxAttempts)
        .retryOnResult(RetryingSecretSource::isWorthRetrying)
        .intervalBiFunction((number, ended) -> backoff.pause(number, ended.get()))
        .build();
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var attempts = new Attempts(query, deadline);
    attempts.begin();
    return attempts.answer;
  }

  private static boolean isWorthRetrying(FetchOutcome outcome) {
    return outcome instanceof Unavailable unavailable && isWorthRetrying(unavailable.cause());
  }

  /** Credentials have back-off of their own. */
  private static boolean isWorthRetrying(Unavailable.Cause cause) {
    return switch (cause) {
      case UNREACHABLE, TIMEOUT, TLS, SERVER_ERROR, UNREADABLE, THROTTLED, CLOCK -> true;
      case ACCOUNT, CREDENTIALS, CIRCUIT_OPEN, BULKHEAD_FULL, RATE_LIMITED, DEADLINE, AUDIT ->
          false;
    };
  }

  /** The attempts of one fetch, one after the other. */
  private final class Attempts {
    private final SecretQuery query;
    private final Instant deadline;
    private final Retry.AsyncContext<FetchOutcome> context = retry.asyncContext();
    private final CompletableFuture<FetchOutcome> answer = new CompletableFuture<>();

    Attempts(SecretQuery query, Instant deadline) {
      this.query = query;
      this.deadline = deadline;
    }

    void begin() {
      Outcomes.observe(() -> inner.fetch(query, deadline), outcome -> judge(outcome, outcome));
    }

    /** Where our own rate limit refuses another attempt, what KMS said before is the answer. */
    private void again(FetchOutcome before) {
      var begun = clock.instant();
      Outcomes.observe(
          () -> inner.fetch(query, deadline),
          outcome -> judge(outcome, isRateLimited(outcome) ? before : dated(outcome, begun)));
    }

    /** What KMS returned after failures is no older than the call that returned it. */
    private static FetchOutcome dated(FetchOutcome outcome, Instant begun) {
      return outcome instanceof Fetched(var secret, _)
          ? new Fetched(secret, Optional.of(begun))
          : outcome;
    }

    /** A negative pause means that this was the last attempt. */
    private void judge(FetchOutcome outcome, FetchOutcome told) {
      var pause = context.onResult(outcome);
      if (pause < 0 || !clock.instant().plusMillis(pause).isBefore(deadline)) {
        answer.complete(told);
      } else {
        scheduler.schedule(Duration.ofMillis(pause), () -> again(outcome));
      }
    }

    private static boolean isRateLimited(FetchOutcome outcome) {
      return outcome instanceof Unavailable unavailable
          && unavailable.cause() == Unavailable.Cause.RATE_LIMITED;
    }
  }
}
