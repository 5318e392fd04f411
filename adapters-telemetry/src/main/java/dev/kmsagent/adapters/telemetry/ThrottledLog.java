package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.Throttle.Admission;
import dev.kmsagent.domain.event.AgentEvent;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * A logger with a {@link Throttle}. A line beyond its limit is logged at DEBUG; the next one within
 * the limit has the number of those that were not logged. Thread-safe.
 */
record ThrottledLog(Throttle throttle, Logger logger) {
  /** The limit for lines that each name another secret. */
  private static final int SEVERAL = 10;

  /** A kind of event, and what about it: one of a small fixed set. */
  private record Topic(Class<? extends AgentEvent> kind, Object about) {}

  /** Whether this is the first event of its kind and topic in 30 s. */
  Admission admit(AgentEvent event, Object about) {
    return throttle.admit(new Topic(event.getClass(), about), 1);
  }

  /** A line at {@code level} for the first event of its kind and topic in 30 s, else at DEBUG. */
  LogLineBuilder first(Level level, AgentEvent event, Object about) {
    return line(level, admit(event, about));
  }

  /** A line at {@code level} for the first ten events of their kind and topic, else at DEBUG. */
  LogLineBuilder firstTen(Level level, AgentEvent event, Object about) {
    return line(level, throttle.admit(new Topic(event.getClass(), about), SEVERAL));
  }

  /** A line at {@code level} if it is admitted, else at DEBUG. */
  LogLineBuilder line(Level level, Admission admission) {
    if (!admission.admitted()) {
      return line(Level.DEBUG);
    }
    return admission.suppressed() == 0 || isDebugEnabled()
        ? line(level)
        : line(level).with("suppressed", admission.suppressed());
  }

  boolean isDebugEnabled() {
    return logger.isDebugEnabled();
  }

  LogLineBuilder line(Level level) {
    return new LogLineBuilder(logger.atLevel(level));
  }
}
