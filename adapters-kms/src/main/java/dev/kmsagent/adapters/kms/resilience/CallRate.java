package dev.kmsagent.adapters.kms.resilience;

import java.time.Duration;
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

  /** What a call is for. */
  enum Purpose {
    /** A secret that the agent has not had: without the call its client gets nothing. */
    FIRST_READ,
    /** One that it has had, and very likely has at hand. */
    READ_AGAIN
  }

  private final MonotonicClock clock;
  private final RandomGenerator random;
  private final double shortestPause;
  private final RecentCalls inSecond;
  private final RecentCalls inMinute;
  private ThrottleBackoff slowdown = ThrottleBackoff.NONE;
  private double tokens;
  private long filledAt;
  private long slowedAt;

  /**
   * @param maxPerSecond 0: no bound until KMS throttles
   */
  CallRate(int maxPerSecond, InstantSource clock, RandomGenerator random) {
    this.clock = new MonotonicClock(clock);
    this.random = random;
    this.shortestPause = maxPerSecond == 0 ? 0 : (double) SECOND / maxPerSecond;
    this.filledAt = this.clock.nanos();
    this.slowedAt = filledAt - SECOND;
    this.inSecond = new RecentCalls(Duration.ofSeconds(1), filledAt);
    this.inMinute = new RecentCalls(Duration.ofMinutes(1), filledAt);
    this.tokens = Math.max(1, maxPerSecond);
  }

  /** Asks to call KMS now: gives the time of the call, or nothing where that would be too many. */
  synchronized OptionalLong begin(Purpose purpose) {
    var now = clock.nanos();
    var pause = pauseAt(now);
    if (pause > 0) {
      fill(now, pause);
      if (tokens < needed(purpose, pause)) {
        return OptionalLong.empty();
      }
      tokens--;
    }
    inSecond.count(now);
    inMinute.count(now);
    return OptionalLong.of(now);
  }

  /** While the agent is slowed down, a first read takes the next token before it is there. */
  private double needed(Purpose purpose, double pause) {
    return switch (purpose) {
      case FIRST_READ -> pause > shortestPause ? 0 : 1;
      case READ_AGAIN -> 1;
    };
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
    var pause = FACTOR * Math.max(pauseAt(now), inSecond.pause(now));
    slowdown = ThrottleBackoff.of(now, pause, inMinute.pause(now), random.nextDouble());
    slowedAt = now;
    tokens = Math.min(tokens, 1);
    filledAt = now;
  }

  private double pauseAt(long now) {
    return Math.max(slowdown.pauseAt(now), shortestPause);
  }

  private void fill(long now, double pause) {
    tokens = Math.min(Math.max(1, SECOND / pause), tokens + (now - filledAt) / pause);
    filledAt = now;
  }
}
