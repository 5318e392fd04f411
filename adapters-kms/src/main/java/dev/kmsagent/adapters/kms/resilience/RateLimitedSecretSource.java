package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.SecretSource;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Bounds how many calls are made in a second; one too many is turned away at once. Thread-safe. It
 * belongs inside the retries: KMS's quota, which it protects, counts every attempt.
 */
public final class RateLimitedSecretSource implements SecretSource {
  private static final Unavailable USED_UP =
      new Unavailable(
          Unavailable.Cause.RATE_LIMITED, "", "The calls to KMS of this second are used up.");

  private final SecretSource inner;
  private final RateLimiter limiter;

  /**
   * @param maxCallsPerSecond at least 1
   */
  public RateLimitedSecretSource(SecretSource inner, int maxCallsPerSecond, InstantSource clock) {
    this.inner = inner;
    var config =
        RateLimiterConfig.custom()
            .limitRefreshPeriod(Duration.ofSeconds(1))
            .limitForPeriod(maxCallsPerSecond)
            .timeoutDuration(Duration.ZERO)
            .build();
    this.limiter = RateLimiter.of("kms", config, new ForwardClock(clock)::nanos);
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return limiter.acquirePermission()
        ? inner.fetch(query, deadline)
        : CompletableFuture.completedStage(USED_UP);
  }
}
