package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.transport.Backoff;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pause before an attempt: exponential back-off with full jitter, so that agents that failed
 * together do not come back together. After throttling the bound is two seconds from the start and
 * the jitter takes half of it at most: KMS's quota is per second, and an earlier call is throttled
 * again.
 */
final class RetryBackoff {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final Backoff backoff = new Backoff(Duration.ofMillis(100), LONGEST);
  private final RandomGenerator random;

  RetryBackoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Milliseconds to pause after the attempt {@code number}, counted from 1, that ended in {@code
   * outcome}.
   */
  long pause(int number, FetchOutcome outcome) {
    return isThrottled(outcome)
        ? upperHalf(LONGEST.toMillis())
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
}
