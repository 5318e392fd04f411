package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.kmsagent.adapters.kms.AliyunKmsCalls;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogQueue;
import dev.kmsagent.adapters.telemetry.Throttle;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * The log of the process, set up once, before anything is logged. No caller waits for a file or a
 * stream: each has a {@link LogQueue}. Thread-safe.
 */
public final class Logging implements AutoCloseable {
  /** The name of the file in {@code Log.LogPath}. */
  static final String FILE_NAME = "kms-agent.log";

  /** The longest time that the process waits for its files and streams when it ends. */
  private static final Duration FLUSH = Duration.ofSeconds(2);

  /**
   * The loggers of Jetty that are on, for what an operator has to know: that no connection can be
   * accepted, and failures of its threads. Others log what clients sent.
   */
  private static final List<String> JETTY_LOGGERS =
      List.of(
          "org.eclipse.jetty.server.AbstractConnector",
          "org.eclipse.jetty.io.ManagedSelector",
          "org.eclipse.jetty.util.thread.QueuedThreadPool");

  private final LoggerContext context;
  private final LogLosses losses;
  private final Function<ILoggingEvent, String> format;
  private final List<LogQueue> queues = new ArrayList<>();

  private Logging(LoggerContext context, LogFormat format, InstantSource clock) {
    this.context = context;
    this.losses = new LogLosses(clock);
    this.format = format == LogFormat.JSON ? LogLine::json : LogLine::text;
  }

  /**
   * Sets up the log of this process from {@code config}; lines go to {@code console} and the file.
   *
   * @param console throws when a write fails, other than a {@link java.io.PrintStream}
   * @throws IOException if the file cannot be written
   */
  public static Logging install(LogConfig config, OutputStream console) throws IOException {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    InstantSource elapsed = () -> Instant.EPOCH.plusNanos(System.nanoTime());
    var logging = install(context, config, console, elapsed);
    Thread.setDefaultUncaughtExceptionHandler(Logging::logUncaught);
    return logging;
  }

  /**
   * @param elapsed the time that has passed, for the limits
   */
  static Logging install(
      LoggerContext context, LogConfig config, OutputStream console, InstantSource elapsed)
      throws IOException {
    context.reset();
    var logging = new Logging(context, config.format(), elapsed);
    logging.start(config, console);
    logging.setLevels(config.level());
    var appender = logging.new Appender(new Throttle(elapsed));
    appender.setContext(context);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    return logging;
  }

  private void start(LogConfig config, OutputStream console) throws IOException {
    if (config.console()) {
      start("console", console::write);
    }
    if (config.file().isPresent()) {
      var log = config.file().get();
      var file = log.folder().resolve(FILE_NAME);
      start("file", new RollingFile(file, log.maxBytes(), log.maxBackups(), System::nanoTime));
    }
  }

  private void start(String name, LogQueue.Sink sink) {
    queues.add(new LogQueue(name, sink, losses, (log, _) -> lossReport(name, log)));
  }

  /**
   * Passes on what is logged, limited per event. Lines of libraries are limited per logger, since
   * their texts vary; lines at DEBUG are not limited.
   */
  private final class Appender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** Lines of an event in 30 s: each secret of a usual list to prefetch can be named. */
    private static final int PER_EVENT = 100;

    /** Lines of a library's logger in 30 s. */
    private static final int PER_LIBRARY = 10;

    private final Throttle throttle;

    Appender(Throttle throttle) {
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
        add(event);
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

  private void add(ILoggingEvent entry) {
    var line = line(entry);
    queues.forEach(queue -> queue.add(Kind.LOG, line));
  }

  /** It is written at each level. */
  private byte[] lossReport(String destination, long lines) {
    var fields =
        List.of(new KeyValuePair("destination", destination), new KeyValuePair("log_lines", lines));
    var logger = context.getLogger(Logging.class);
    var entry = new LoggingEvent("", logger, Level.WARN, "log_lines_lost", null, null);
    entry.setKeyValuePairs(fields);
    return line(entry);
  }

  private byte[] line(ILoggingEvent entry) {
    return format.apply(entry).getBytes(StandardCharsets.UTF_8);
  }

  /** What this log has lost. */
  public LogLosses losses() {
    return losses;
  }

  /** The JVM would print the message, which may quote a secret, and wait for standard error. */
  private static void logUncaught(Thread thread, Throwable bug) {
    LoggerFactory.getLogger(Logging.class)
        .atError()
        .setCause(bug)
        .addKeyValue("thread", thread.getName())
        .log("uncaught_exception");
  }

  /** Libraries log warnings and errors only: at lower levels they log headers, even the token. */
  private void setLevels(LogLevel configured) {
    if (configured == LogLevel.NONE) {
      queues.clear();
    }
    var level = queues.isEmpty() ? Level.OFF : Level.valueOf(configured.name());
    var libraries = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
    setLevel(Logger.ROOT_LOGGER_NAME, libraries);
    setLevel("dev.kmsagent", level);
    AliyunKmsCalls.SDK_LOGGERS.forEach(name -> setLevel(name, Level.OFF));
    setLevel("org.eclipse.jetty", Level.OFF);
    JETTY_LOGGERS.forEach(name -> setLevel(name, libraries));
  }

  private void setLevel(String logger, Level level) {
    context.getLogger(logger).setLevel(level);
  }

  /** Writes what is queued, for two seconds at most, and stops the log. */
  @Override
  public void close() {
    close(FLUSH);
  }

  void close(Duration patience) {
    context.stop();
    var deadline = System.nanoTime() + patience.toNanos();
    queues.forEach(queue -> queue.end(Duration.ofNanos(deadline - System.nanoTime())));
  }
}
