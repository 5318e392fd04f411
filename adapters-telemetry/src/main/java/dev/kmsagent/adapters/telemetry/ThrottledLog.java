package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** A logger that limits how many lines about the same topic it writes in 30 s. Thread-safe. */
final class ThrottledLog {
  private static final Duration PERIOD = Duration.ofSeconds(30);

  /** The limit for lines that each name another secret. */
  private static final int SEVERAL = 10;

  private final InstantSource clock;
  private final Logger logger;
  private final Map<Object, Period> periods = new ConcurrentHashMap<>();

  /** 30 s, and the lines that were to be written in them so far. */
  private record Period(Instant begin, int lines) {
    boolean holds(Instant now) {
      var age = Duration.between(begin, now);
      return !age.isNegative() && age.compareTo(PERIOD) < 0;
    }

    Period withOneMore() {
      return new Period(begin, lines + 1);
    }
  }

  /** A kind of event, and what about it. */
  private record Topic(Class<? extends AgentEvent> kind, Object about) {}

  ThrottledLog(InstantSource clock, Logger logger) {
    this.clock = clock;
    this.logger = logger;
  }

  /**
   * Whether one more line about {@code topic}, one of a small fixed set, is among the first {@code
   * limit} of its 30 s.
   */
  boolean admits(Object topic, int limit) {
    var now = clock.instant();
    var period =
        periods.merge(
            topic, new Period(now, 1), (was, begun) -> was.holds(now) ? was.withOneMore() : begun);
    return period.lines() <= limit;
  }

  /** Whether this is the first event of its kind and topic in 30 s. */
  boolean isFirst(AgentEvent event, Object about) {
    return admits(new Topic(event.getClass(), about), 1);
  }

  /** A line at {@code level} for the first event of its kind and topic in 30 s, else at DEBUG. */
  LogLine first(Level level, AgentEvent event, Object about) {
    return line(isFirst(event, about) ? level : Level.DEBUG);
  }

  /** A line at {@code level} for the first ten events of their kind and topic, else at DEBUG. */
  LogLine firstTen(Level level, AgentEvent event, Object about) {
    return line(admits(new Topic(event.getClass(), about), SEVERAL) ? level : Level.DEBUG);
  }

  boolean isDebugEnabled() {
    return logger.isDebugEnabled();
  }

  LogLine line(Level level) {
    return new LogLine(logger.atLevel(level));
  }
}
