package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to pause before an attempt: a random time up to a bound that doubles each time ("full
 * jitter"), so that agents that failed together do not come back together. After throttling it is
 * half the bound at least, and the bound begins at two seconds: KMS's quota is by the second, and
 * what comes again sooner is throttled again.
 */
final class Backoff {
  private static final Duration THROTTLED_BOUND = Duration.ofSeconds(2);

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
    return isThrottled(outcome)
        ? upperHalf(bound(number, max(THROTTLED_BOUND, settings.initialBackoff())))
        : upTo(bound(number, settings.initialBackoff()));
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

  private long bound(int number, Duration first) {
    var doublings = Math.min(number - 1, Integer.SIZE);
    return Math.min(first.toMillis() << doublings, settings.maxBackoff().toMillis());
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
