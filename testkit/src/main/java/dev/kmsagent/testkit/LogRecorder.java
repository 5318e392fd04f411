package dev.kmsagent.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPMDCAdapter;

/**
 * Keeps every line that is logged with Logback while it is open: of the process, by whatever test,
 * or of a logger of its own. Thread-safe.
 */
public final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  /** The resource that tests lock which set levels, or which need those that others set. */
  public static final String LEVELS = "levels of loggers";

  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private final Logger logger;

  private LogRecorder(Logger logger) {
    this.logger = logger;
    start();
    logger.addAppender(this);
  }

  /** Records all that this process logs. */
  public static LogRecorder ofProcess() {
    return new LogRecorder(processContext().getLogger(Logger.ROOT_LOGGER_NAME));
  }

  /** Records {@link #logger}, which nothing else writes to, from level INFO. */
  public static LogRecorder ofOwnLogger() {
    var context = new LoggerContext();
    context.setMDCAdapter(new NOPMDCAdapter());
    var own = context.getLogger("recorded");
    own.setLevel(Level.INFO);
    return new LogRecorder(own);
  }

  /** The loggers of this process. SLF4J has a substitute while another thread sets it up. */
  public static LoggerContext processContext() {
    Patience.assertSoon(() -> LoggerFactory.getILoggerFactory() instanceof LoggerContext);
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  /** Lets lines of level DEBUG be recorded, too. */
  public LogRecorder withDebug() {
    logger.setLevel(Level.DEBUG);
    return this;
  }

  /** What is recorded. */
  public Logger logger() {
    return logger;
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    events.add(event);
  }

  /** What was logged so far. */
  public List<ILoggingEvent> events() {
    return List.copyOf(events);
  }

  /** Each line: level, message, fields, and an exception in one line. */
  public List<String> lines() {
    return events.stream().map(LogRecorder::line).toList();
  }

  /** All that each line tells: logger and thread, too, and exceptions with their causes. */
  public List<String> texts() {
    return events.stream().map(LogRecorder::text).toList();
  }

  private static String line(ILoggingEvent event) {
    var thrown = event.getThrowableProxy() == null ? "" : " " + event.getThrowableProxy();
    return event.getLevel() + " " + event.getFormattedMessage() + fields(event) + thrown;
  }

  private static String fields(ILoggingEvent event) {
    return Stream.ofNullable(event.getKeyValuePairs())
        .flatMap(List::stream)
        .map(pair -> " " + pair.key + "=" + pair.value)
        .collect(Collectors.joining());
  }

  private static String text(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    return String.join(
        " ",
        event.getLoggerName(),
        event.getThreadName(),
        line(event),
        thrown == null ? "" : ThrowableProxyUtil.asString(thrown));
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    stop();
  }
}
