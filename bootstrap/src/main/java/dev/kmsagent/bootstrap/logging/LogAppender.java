package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.adapters.telemetry.Throttle;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Renders what is logged, limited per event, and adds it to the queues. Lines of libraries are
 * limited per logger, since their texts vary; lines at DEBUG are not limited. Thread-safe; never
 * blocks.
 */
final class LogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** Lines of an event in 30 s: each secret of a usual list to prefetch can be named. */
  static final int PER_EVENT = 100;

  /** Lines of a library's logger in 30 s. */
  static final int PER_LIBRARY = 10;

  private final LineFormat format;
  private final List<LogQueue> queues;
  private final LogLosses losses;
  private final Throttle throttle;

  private record Topic(String logger, String event) {}

  LogAppender(LineFormat format, List<LogQueue> queues, LogLosses losses, Throttle throttle) {
    this.format = format;
    this.queues = queues;
    this.losses = losses;
    this.throttle = throttle;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (Level.DEBUG.isGreaterOrEqual(event.getLevel())) {
      add(event, LogEntry.of(event));
      return;
    }
    var admission = admit(event);
    if (!admission.admitted()) {
      losses.count(Kind.LOG, Reason.THROTTLED);
      return;
    }
    var entry = LogEntry.of(event);
    add(
        event,
        admission.suppressed() == 0 ? entry : entry.with("suppressed", admission.suppressed()));
  }

  private Throttle.Admission admit(ILoggingEvent event) {
    var logger = event.getLoggerName();
    return logger.startsWith("dev.kmsagent.")
        ? throttle.admit(new Topic(logger, event.getMessage()), PER_EVENT)
        : throttle.admit(logger, PER_LIBRARY);
  }

  private void add(ILoggingEvent event, LogEntry entry) {
    var line = format.line(entry).getBytes(StandardCharsets.UTF_8);
    queues.forEach(queue -> queue.add(event.getLevel(), line));
  }
}
