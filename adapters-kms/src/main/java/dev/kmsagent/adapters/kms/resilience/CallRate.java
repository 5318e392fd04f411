package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Limits the calls per second with a token bucket that holds the calls of one second, at least one.
 * Without throttling the limit is the configured one or none; after throttling it is half of what
 * was sent, and grows again. Times are nanoseconds of one clock. Thread-safe.
 */
final class CallRate {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** How much longer the pause between two calls becomes by throttling. */
  private static final double FACTOR = 2;

  /** What a call is for. */
  enum Purpose {
    /** A secret that was not read before: without the call the client gets nothing. */
    FIRST_READ,
    /** A secret that was read before and is probably cached. */
    READ_AGAIN
  }

  private final TimeSources timing;
  private final double shortestPause;
  private final RecentCalls inSecond;
  private final RecentCalls inMinute;
  private ThrottleBackoff slowdown = ThrottleBackoff.NONE;
  private double tokens;
  private long filledAt;
  private long slowedAt;
  private boolean firstReadWasLast;
  private boolean knownIsNext;

  /**
   * @param maxPerSecond 0: no bound until KMS throttles
   */
  CallRate(int maxPerSecond, TimeSources timing) {
    this.timing = timing;
    this.shortestPause = maxPerSecond == 0 ? 0 : (double) SECOND / maxPerSecond;
    this.filledAt = nanos();
    this.slowedAt = filledAt - SECOND;
    this.inSecond = new RecentCalls(Duration.ofSeconds(1), filledAt);
    this.inMinute = new RecentCalls(Duration.ofMinutes(1), filledAt);
    this.tokens = Math.max(1, maxPerSecond);
  }

  /** Acquires a call: its time, or empty where the limit is reached. */
  synchronized OptionalLong begin(Purpose purpose) {
    var now = nanos();
    var pause = pauseAt(now);
    if (pause > 0) {
      fill(now, pause);
      if (tokens < needed(purpose, pause)) {
        knownIsNext |= purpose == Purpose.READ_AGAIN && firstReadWasLast;
        return OptionalLong.empty();
      }
      tokens--;
    }
    firstReadWasLast = purpose == Purpose.FIRST_READ;
    knownIsNext &= firstReadWasLast;
    inSecond.count(now);
    inMinute.count(now);
    return OptionalLong.of(now);
  }

  /**
   * While the agent is slowed down, a first read takes the next token before it is there. If that
   * turns away a read of what is known, the next such read does, so that no secret is kept from
   * being read again by names that KMS refuses.
   */
  private double needed(Purpose purpose, double pause) {
    var goesBefore = (purpose == Purpose.FIRST_READ) != knownIsNext;
    return goesBefore && pause > shortestPause ? 0 : 1;
  }

  /**
   * The call that began at {@code begunAt} was throttled. Calls from before the last slowdown, and
   * from the second after it, carry no news: KMS's quota is by the second.
   */
  synchronized void throttled(long begunAt) {
    if (begunAt >= slowedAt + SECOND) {
      slowDown(nanos());
    }
  }

  private long nanos() {
    return Duration.between(Instant.EPOCH, timing.now()).toNanos();
  }

  private void slowDown(long now) {
    var pause = FACTOR * Math.max(pauseAt(now), inSecond.pause(now));
    slowdown = ThrottleBackoff.of(now, pause, inMinute.pause(now), timing.chance().getAsDouble());
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

  /** Counts calls by window, for the mean pause between them. */
  private static final class RecentCalls {
    private final long window;
    private long begun;
    private long current;
    private long previous;

    /**
     * @param window also the longest pause that is returned
     */
    RecentCalls(Duration window, long now) {
      this.window = window.toNanos();
      this.begun = now;
    }

    void count(long now) {
      turn(now);
      current++;
    }

    /**
     * The mean pause in the last whole window or in the one that runs, whichever had more calls.
     */
    double pause(long now) {
      turn(now);
      return (double) window / Math.max(1, Math.max(previous, current));
    }

    private void turn(long now) {
      var windows = (now - begun) / window;
      if (windows > 0) {
        previous = windows == 1 ? current : 0;
        current = 0;
        begun += windows * window;
      }
    }
  }

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
     * The longest pause: as long as the background waits at most between two probes of a secret.
     * Ten thousand agents at this pace stay below the 450 calls a second of KMS's shared gateway.
     */
    static final double LONGEST = Duration.ofSeconds(30).toNanos();

    /** Successful calls until it is over. */
    private static final double CALLS = 30;

    /** KMS's quota is per second and should hold for several of them. */
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
}
