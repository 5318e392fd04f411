package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** The operator's log, with a bound on lines that say much the same. Thread-safe. */
final class PacedLog {
  private static final int SOME = 10;

  private final Logger logger;
  private final LogThrottle throttle;

  /** A kind of line, and what about it: {@code about} is of a small fixed set. */
  private record Topic(Class<? extends AgentEvent> kind, Object about) {}

  PacedLog(InstantSource clock, Logger logger) {
    this.logger = logger;
    this.throttle = new LogThrottle(clock);
  }

  /** Whether this is the first event of its kind, about the same, in half a minute. */
  boolean admits(AgentEvent event, Object about) {
    return throttle.admits(new Topic(event.getClass(), about), 1);
  }

  /** Whether this is among the first ten: for lines that each name another secret. */
  boolean admitsSome(AgentEvent event, Object about) {
    return throttle.admits(new Topic(event.getClass(), about), SOME);
  }

  boolean showsDebug() {
    return logger.isDebugEnabled();
  }

  LogLine line(Level level) {
    return new LogLine(logger.atLevel(level));
  }

  /** A line at its level if it was admitted, and at DEBUG if not. */
  LogLine line(Level level, boolean admitted) {
    return line(admitted ? level : Level.DEBUG);
  }
}
