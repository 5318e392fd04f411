package dev.kmsagent.adapters.kms;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.kmsagent.testkit.Patience;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Keeps every line that is logged while it is open, by whatever test. Thread-safe. */
final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  /** The resource that tests lock which set levels, or which need those that others set. */
  static final String LEVELS = "levels of loggers";

  private final Queue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();

  LogRecorder() {
    start();
    root().addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent line) {
    line.prepareForDeferredProcessing();
    lines.add(line);
  }

  List<ILoggingEvent> lines() {
    return List.copyOf(lines);
  }

  /** All that the lines tell, exceptions with their causes included. */
  List<String> texts() {
    return lines.stream().map(LogRecorder::text).toList();
  }

  private static String text(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    return event.getLoggerName()
        + " "
        + event.getThreadName()
        + " "
        + event.getFormattedMessage()
        + (thrown == null ? "" : ThrowableProxyUtil.asString(thrown));
  }

  /** While another thread sets SLF4J up, which takes a moment, there is a substitute. */
  static LoggerContext context() {
    Patience.assertSoon(() -> LoggerFactory.getILoggerFactory() instanceof LoggerContext);
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static Logger root() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME);
  }

  @Override
  public void close() {
    root().detachAppender(this);
    stop();
  }
}
