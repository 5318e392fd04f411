package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps log lines that say much the same from flooding the log. Thread-safe. */
final class LogThrottle {
  private static final Duration PERIOD = Duration.ofSeconds(30);

  private final InstantSource clock;
  private final Map<Object, Period> periods = new ConcurrentHashMap<>();

  /** Half a minute, and the lines that were to be written in it so far. */
  private record Period(Instant begin, int lines) {
    boolean holds(Instant now) {
      var age = Duration.between(begin, now);
      return !age.isNegative() && age.compareTo(PERIOD) < 0;
    }

    Period withOneMore() {
      return new Period(begin, lines + 1);
    }
  }

  LogThrottle(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Whether one more line about {@code topic}, one of a small fixed set, is among the first {@code
   * limit} of its half minute.
   */
  boolean admits(Object topic, int limit) {
    var now = clock.instant();
    var period =
        periods.merge(
            topic, new Period(now, 1), (was, begun) -> was.holds(now) ? was.withOneMore() : begun);
    return period.lines() <= limit;
  }
}
