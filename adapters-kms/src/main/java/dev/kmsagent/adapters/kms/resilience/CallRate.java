package dev.kmsagent.adapters.kms.resilience;

import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How many calls a second KMS is sent: as many as there are, or as configured; after throttling
 * half of what was sent, and with time again more. A token bucket that holds the calls of one
 * second, one at least. Thread-safe.
 */
final class CallRate {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** How much longer the pause between two calls becomes by throttling. */
  private static final double FACTOR = 2;

  private final ForwardClock clock;
  private final RandomGenerator random;
  private final double shortestPause;
  private final RecentCalls recent;
  private Slowdown slowdown = Slowdown.NONE;
  private double tokens;
  private long filledAt;
  private long slowedAt;

  /**
   * @param maxPerSecond 0: no bound until KMS throttles
   */
  CallRate(int maxPerSecond, InstantSource clock, RandomGenerator random) {
    this.clock = new ForwardClock(clock);
    this.random = random;
    this.shortestPause = maxPerSecond == 0 ? 0 : pause(maxPerSecond);
    this.filledAt = this.clock.nanos();
    this.slowedAt = filledAt - SECOND;
    this.recent = new RecentCalls(filledAt);
    this.tokens = Math.max(1, maxPerSecond);
  }

  /** Asks to call KMS now: gives the time of the call, or nothing where that would be too many. */
  synchronized OptionalLong begin() {
    var now = clock.nanos();
    var pause = pauseAt(now);
    if (pause > 0) {
      fill(now, pause);
      if (tokens < 1) {
        return OptionalLong.empty();
      }
      tokens--;
    }
    recent.count(now);
    return OptionalLong.of(now);
  }

  /**
   * The call that began at {@code begunAt} was throttled. Calls from before the last slowdown, and
   * from the second after it, tell nothing new: KMS's quota is by the second.
   */
  synchronized void throttled(long begunAt) {
    if (begunAt >= slowedAt + SECOND) {
      slowDown(clock.nanos());
    }
  }

  private void slowDown(long now) {
    var pause = FACTOR * Math.max(pauseAt(now), pause(recent.perSecond(now)));
    slowdown = Slowdown.of(now, pause, random.nextDouble());
    slowedAt = now;
    tokens = Math.min(tokens, 1);
    filledAt = now;
  }

  private static double pause(long perSecond) {
    return (double) SECOND / perSecond;
  }

  private double pauseAt(long now) {
    return Math.max(slowdown.pauseAt(now), shortestPause);
  }

  private void fill(long now, double pause) {
    tokens = Math.min(Math.max(1, SECOND / pause), tokens + (now - filledAt) / pause);
    filledAt = now;
  }
}
