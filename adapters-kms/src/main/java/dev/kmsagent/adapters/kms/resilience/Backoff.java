package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Unavailable;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to pause before an attempt: a random time up to a bound that doubles each time ("full
 * jitter"), so that agents that failed together do not come back together.
 */
final class Backoff {
  /** KMS's quota is by the second: sooner than that, throttled calls are throttled again. */
  private static final Duration THROTTLED_BOUND = Duration.ofSeconds(1);

  private final RetrySettings settings;
  private final RandomGenerator random;

  Backoff(RetrySettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * Milliseconds to pause after the attempt {@code number}, counted from 1, that ended in {@code
   * outcome}.
   */
  long pause(int number, FetchOutcome outcome) {
    return random.nextLong(bound(number, first(outcome)) + 1);
  }

  private Duration first(FetchOutcome outcome) {
    var throttled =
        outcome instanceof Unavailable failure
            && failure.cause() == Unavailable.Cause.THROTTLED
            && THROTTLED_BOUND.compareTo(settings.initialBackoff()) > 0;
    return throttled ? THROTTLED_BOUND : settings.initialBackoff();
  }

  private long bound(int number, Duration first) {
    var doublings = Math.min(number - 1, Integer.SIZE);
    return Math.min(first.toMillis() << doublings, settings.maxBackoff().toMillis());
  }
}
