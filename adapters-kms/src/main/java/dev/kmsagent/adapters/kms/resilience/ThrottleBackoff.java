package dev.kmsagent.adapters.kms.resilience;

import java.time.Duration;

/**
 * A pause between any two calls, which shrinks evenly to nothing: the calls that it allows in a
 * second grow ever faster, until they have no bound. Times are nanoseconds of one clock.
 *
 * @param since when the pause began to shrink
 * @param pause what it was then
 * @param span for how long it shrinks; positive
 */
record ThrottleBackoff(long since, double pause, double span) {
  static final ThrottleBackoff NONE = new ThrottleBackoff(0, 0, 1);

  /**
   * The longest pause: as long as the background waits at most between two probes of a secret. Ten
   * thousand agents at this pace stay below the 450 calls a second of KMS's shared gateway.
   */
  static final double LONGEST = Duration.ofSeconds(30).toNanos();

  /** So many calls go well until it is over. */
  private static final double CALLS = 30;

  /** Nobody is back sooner: KMS's quota is by the second, and should hold for some of them. */
  private static final double SHORTEST_SPAN = Duration.ofSeconds(10).toNanos();

  private static final double LONGEST_SPAN = CALLS * LONGEST;
  private static final double JITTER = 0.25;

  /**
   * Begins with {@code pause}, or with the longest there is.
   *
   * @param usual the pause between the calls that are really made
   * @param chance a random number from 0 to 1, so that agents that slow down together do not come
   *     back together
   */
  static ThrottleBackoff of(long now, double pause, double usual, double chance) {
    var bounded = Math.min(pause, LONGEST);
    var span = Math.clamp(CALLS * Math.max(bounded, usual), SHORTEST_SPAN, LONGEST_SPAN);
    return new ThrottleBackoff(now, bounded, span * (1 - JITTER + 2 * JITTER * chance));
  }

  /** The pause at {@code now}; zero once it is over. */
  double pauseAt(long now) {
    return pause * Math.max(0, 1 - (now - since) / span);
  }
}
