package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Limits how many lines about the same topic are logged in 30 s. Thread-safe; never blocks. */
public final class Throttle {
  private static final Duration PERIOD = Duration.ofSeconds(30);

  /** Those whose 30 s are over make room; further topics share one limit. */
  static final int MAX_TOPICS = 1000;

  private static final String OTHERS = "others";

  private final InstantSource clock;
  private final Map<Object, Period> periods = new ConcurrentHashMap<>();

  /** When ended periods were forgotten last. */
  private final AtomicReference<Period> forgotten =
      new AtomicReference<>(new Period(Instant.MIN, 0, 0));

  /** 30 s, the lines that were to be written in them so far, and those suppressed before. */
  private record Period(Instant begin, long lines, long suppressedBefore) {
    boolean holds(Instant now) {
      return Duration.between(begin, now).compareTo(PERIOD) < 0;
    }

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

  public Throttle(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether one more line about {@code topic} is among the first {@code limit} of its 30 s. */
  public Admission admit(Object topic, int limit) {
    var now = clock.instant();
    var period =
        periods.merge(
            bounded(topic, now),
            new Period(now, 1, 0),
            (was, begun) ->
                was.holds(now)
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

  /** Makes room, once in 30 s at most, since it looks at all; what they suppressed is not told. */
  private boolean forgetsEnded(Instant now) {
    var last = forgotten.get();
    if (!last.holds(now) && forgotten.compareAndSet(last, new Period(now, 0, 0))) {
      periods.values().removeIf(period -> !period.holds(now));
    }
    return hasRoom();
  }
}
