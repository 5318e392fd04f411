package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Limits how many lines about the same topic are written in a time. Thread-safe; never blocks. */
public final class Throttle {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  /** Those whose time is over make room; further topics share one limit. */
  static final int MAX_TOPICS = 1000;

  private static final String OTHERS = "others";

  private final InstantSource clock;
  private final Duration time;
  private final Map<Object, Period> periods = new ConcurrentHashMap<>();

  /** When ended periods were forgotten last. */
  private final AtomicReference<Period> forgotten =
      new AtomicReference<>(new Period(Instant.MIN, 0, 0));

  /** A time, the lines that were to be written in it so far, and those suppressed before. */
  private record Period(Instant begin, long lines, long suppressedBefore) {
    Period withOneMore() {
      return new Period(begin, lines + 1, suppressedBefore);
    }
  }

  /**
   * Whether a line may be written.
   *
   * @param suppressed how many lines about its topic were suppressed since the last one that was
   *     written; always 0 for a line that may not be written
   */
  public record Admission(boolean admitted, long suppressed) {}

  /** One for 30 s. */
  public Throttle(InstantSource clock) {
    this(clock, HALF_A_MINUTE);
  }

  Throttle(InstantSource clock, Duration time) {
    this.clock = clock;
    this.time = time;
  }

  private boolean holds(Period period, Instant now) {
    return Duration.between(period.begin(), now).compareTo(time) < 0;
  }

  /** Whether one more line about {@code topic} is among the first {@code limit} of its time. */
  public Admission admit(Object topic, int limit) {
    var now = clock.instant();
    var period =
        periods.merge(
            bounded(topic, now),
            new Period(now, 1, 0),
            (was, begun) ->
                holds(was, now)
                    ? was.withOneMore()
                    : new Period(now, 1, Math.max(0, was.lines() - limit)));
    return new Admission(
        period.lines() <= limit, period.lines() == 1 ? period.suppressedBefore() : 0);
  }

  private Object bounded(Object topic, Instant now) {
    return hasRoom() || periods.containsKey(topic) || forgetsEnded(now) ? topic : OTHERS;
  }

  private boolean hasRoom() {
    return periods.size() < MAX_TOPICS;
  }

  /**
   * Makes room, once in that time at most, since it looks at all; what they suppressed is not told.
   */
  private boolean forgetsEnded(Instant now) {
    var last = forgotten.get();
    if (!holds(last, now) && forgotten.compareAndSet(last, new Period(now, 0, 0))) {
      periods.values().removeIf(period -> !holds(period, now));
    }
    return hasRoom();
  }
}
