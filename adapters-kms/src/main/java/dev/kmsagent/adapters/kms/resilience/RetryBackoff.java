package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.transport.Backoff;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pause before an attempt: exponential back-off with full jitter, so that agents that failed
 * together do not come back together. After throttling the bound begins at two seconds and the
 * jitter takes half of it at most: KMS's quota is per second, and an earlier call is throttled
 * again.
 */
final class RetryBackoff {
  private static final Duration THROTTLED_FIRST = Duration.ofSeconds(2);

  private final Backoff backoff;
  private final Backoff throttled;
  private final RandomGenerator random;

  RetryBackoff(KmsConfig.Retry config, RandomGenerator random) {
    this.backoff = new Backoff(config.initialBackoff(), config.maxBackoff());
    this.throttled =
        new Backoff(max(THROTTLED_FIRST, config.initialBackoff()), config.maxBackoff());
    this.random = random;
  }

  /**
   * Milliseconds to pause after the attempt {@code number}, counted from 1, that ended in {@code
   * outcome}.
   */
  long pause(int number, FetchOutcome outcome) {
    return isThrottled(outcome)
        ? upperHalf(throttled.bound(number).toMillis())
        : upTo(backoff.bound(number).toMillis());
  }

  private static boolean isThrottled(FetchOutcome outcome) {
    return outcome instanceof Unavailable failure && failure.cause() == Unavailable.Cause.THROTTLED;
  }

  private long upperHalf(long bound) {
    return bound / 2 + upTo(bound - bound / 2);
  }

  private long upTo(long bound) {
    return random.nextLong(bound + 1);
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
