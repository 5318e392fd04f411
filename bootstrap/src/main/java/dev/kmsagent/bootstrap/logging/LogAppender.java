package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.Throttle;
import java.util.function.Consumer;
import org.slf4j.event.KeyValuePair;

/**
 * Passes on what is logged, limited per event. Lines of libraries are limited per logger, since
 * their texts vary; lines at DEBUG are not limited. Thread-safe; never blocks.
 */
final class LogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** Lines of an event in 30 s: each secret of a usual list to prefetch can be named. */
  static final int PER_EVENT = 100;

  /** Lines of a library's logger in 30 s. */
  static final int PER_LIBRARY = 10;

  private final Consumer<ILoggingEvent> admitted;
  private final LogLosses losses;
  private final Throttle throttle;

  LogAppender(Consumer<ILoggingEvent> admitted, LogLosses losses, Throttle throttle) {
    this.admitted = admitted;
    this.losses = losses;
    this.throttle = throttle;
  }

  @Override
  protected void append(ILoggingEvent event) {
    var admission = admit(event);
    if (admission.admitted()) {
      if (admission.suppressed() > 0) {
        var suppressed = new KeyValuePair("suppressed", admission.suppressed());
        ((LoggingEvent) event).addKeyValuePair(suppressed);
      }
      admitted.accept(event);
    } else {
      losses.count(LogLosses.Kind.LOG, LogLosses.Reason.THROTTLED);
    }
  }

  private Throttle.Admission admit(ILoggingEvent event) {
    if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
      return new Throttle.Admission(true, 0);
    }
    var logger = event.getLoggerName();
    return logger.startsWith("dev.kmsagent.")
        ? throttle.admit(logger + ' ' + event.getMessage(), PER_EVENT)
        : throttle.admit(logger, PER_LIBRARY);
  }
}
