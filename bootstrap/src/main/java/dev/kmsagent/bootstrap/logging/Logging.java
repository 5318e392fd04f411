package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.kmsagent.adapters.kms.SdkLoggers;
import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.Throttle;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.domain.Clocks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * The log of the process, set up once, before anything is logged. Nobody who logs waits for a file
 * or a stream: each has a {@link LogQueue}. Thread-safe.
 */
public final class Logging implements AutoCloseable, AuditTrail {
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
  private final Clocks clocks;
  private final LogLosses losses;
  private final LineFormat format;
  private final List<LogQueue> queues = new ArrayList<>();

  private Logging(LoggerContext context, LogFormat format, Clocks clocks) {
    this.context = context;
    this.clocks = clocks;
    this.losses = new LogLosses(clocks.agent());
    this.format =
        switch (format) {
          case JSON -> new JsonFormat();
          case TEXT -> new TextFormat();
        };
  }

  /**
   * Sets up the log of this process from {@code config}; lines go to {@code console} and the file.
   *
   * @param console throws when a write fails, other than a {@link java.io.PrintStream}
   * @throws IOException if the file cannot be written
   */
  public static Logging install(LogConfig config, OutputStream console) throws IOException {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    var logging = install(context, config, console, systemClocks());
    Thread.setDefaultUncaughtExceptionHandler(Logging::logUncaught);
    return logging;
  }

  /** Turns logging off, for a command that reports everything itself. */
  public static Logging silent() {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    return new Logging(context, LogFormat.JSON, systemClocks());
  }

  /** Limits go by elapsed time, lines are dated by the wall clock. */
  private static Clocks systemClocks() {
    return new Clocks(() -> Instant.EPOCH.plusNanos(System.nanoTime()), InstantSource.system());
  }

  static Logging install(
      LoggerContext context, LogConfig config, OutputStream console, Clocks clocks)
      throws IOException {
    context.reset();
    var logging = new Logging(context, config.format(), clocks);
    logging.start(config, console);
    setLevels(context, config);
    return logging;
  }

  private void start(LogConfig config, OutputStream console) throws IOException {
    var silent = config.level() == LogLevel.NONE;
    if (config.console() && !silent) {
      start("console", new Console(console));
    }
    if (config.file() instanceof LogConfig.LogFile.Rolling(var folder, var size, var backups)) {
      var file = writableFile(folder);
      if (!silent) {
        start("file", new RollingFile(file, size, backups, System::nanoTime));
      }
    }
    var appender = new LogAppender(format, queues, losses, new Throttle(clocks.agent()));
    appender.setContext(context);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }

  private void start(String name, LogSink sink) {
    queues.add(LogQueue.before(sink, name, losses, this::lossReport));
  }

  private byte[] lossReport(long logLines, long auditLines) {
    return line(
        Level.WARN,
        "log_lines_lost",
        List.of(
            new KeyValuePair("log_lines", logLines), new KeyValuePair("audit_lines", auditLines)),
        Logging.class.getName());
  }

  private byte[] line(Level level, String event, List<KeyValuePair> fields, String logger) {
    var entry = LogEntry.of(clocks.wall().instant(), level.toString(), event, fields, logger);
    return format.line(entry).getBytes(StandardCharsets.UTF_8);
  }

  /** The line was delivered when every file and stream of the log has taken it. */
  @Override
  public CompletionStage<Delivery> write(String event, List<KeyValuePair> fields) {
    CompletionStage<Delivery> all = CompletableFuture.completedStage(Delivery.WRITTEN);
    if (!queues.isEmpty()) {
      var line = line(Level.INFO, event, fields, AuditTrail.LOGGER);
      for (var queue : queues) {
        all = all.thenCombine(queue.addAudit(line), Logging::both);
      }
    }
    return all;
  }

  private static Delivery both(Delivery one, Delivery other) {
    return one == Delivery.WRITTEN ? other : Delivery.LOST;
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
  private static void setLevels(LoggerContext context, LogConfig config) {
    var level = levelOf(config.level());
    var libraries = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(libraries);
    context.getLogger("dev.kmsagent").setLevel(level);
    SdkLoggers.NAMES.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
    context.getLogger("org.eclipse.jetty").setLevel(Level.OFF);
    JETTY_LOGGERS.forEach(name -> context.getLogger(name).setLevel(libraries));
  }

  private static Level levelOf(LogLevel level) {
    return switch (level) {
      case DEBUG -> Level.DEBUG;
      case INFO -> Level.INFO;
      case WARN -> Level.WARN;
      case ERROR -> Level.ERROR;
      case NONE -> Level.OFF;
    };
  }

  private static Path writableFile(Path folder) throws IOException {
    Files.createDirectories(folder);
    var file = folder.resolve(FILE_NAME);
    Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    return file;
  }

  /** Writes what is queued, for two seconds at most, and stops the log. */
  @Override
  public void close() {
    close(FLUSH);
  }

  void close(Duration patience) {
    context.stop();
    queues.forEach(LogQueue::end);
    var deadline = System.nanoTime() + patience.toNanos();
    queues.forEach(
        queue -> queue.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
  }

  /** Stays open, since others write to it too. A line after a failed write begins a line. */
  private static final class Console implements LogSink {
    private final OutputStream stream;
    private boolean torn;

    Console(OutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(byte[] line) throws IOException {
      if (torn) {
        stream.write('\n');
      }
      torn = true;
      stream.write(line);
      stream.flush();
      torn = false;
    }
  }
}
