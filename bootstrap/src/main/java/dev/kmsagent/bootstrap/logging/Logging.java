package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import dev.kmsagent.adapters.kms.SdkLoggers;
import dev.kmsagent.adapters.telemetry.AuditEvents;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.LoggerFactory;

/** Sets up the log of the process, once, before anything is logged. */
public final class Logging implements AutoCloseable {
  /** The name of the file in {@code Log.LogPath}. */
  static final String FILE_NAME = "kms-agent.log";

  private final LoggerContext context;

  private Logging(LoggerContext context) {
    this.context = context;
  }

  /**
   * Sets up the log of this process from {@code config}; lines go to {@code console} and the file.
   *
   * @throws IOException if the file cannot be written
   */
  public static Logging install(LogConfig config, OutputStream console) throws IOException {
    var logging = install((LoggerContext) LoggerFactory.getILoggerFactory(), config, console);
    Thread.setDefaultUncaughtExceptionHandler(Logging::logUncaught);
    return logging;
  }

  /** Turns logging off, for a command that reports everything itself. */
  public static Logging silent() {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    return new Logging(context);
  }

  static Logging install(LoggerContext context, LogConfig config, OutputStream console)
      throws IOException {
    context.reset();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    if (config.console()) {
      root.addAppender(
          LogQueue.before(consoleAppender(context, config.format(), console), context));
    }
    if (config.file() instanceof LogConfig.LogFile.Rolling rolling) {
      root.addAppender(LogQueue.before(fileAppender(context, config.format(), rolling), context));
    }
    setLevels(context, config);
    return new Logging(context);
  }

  /** The JVM would print the message, which may quote a secret. */
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
    if (config.audit() && level != Level.OFF) {
      context.getLogger(AuditEvents.LOGGER).setLevel(Level.INFO);
    }
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

  private static Appender<ILoggingEvent> consoleAppender(
      LoggerContext context, LogFormat format, OutputStream console) {
    var appender = new ConsoleAppender();
    appender.setContext(context);
    appender.setEncoder(encoder(context, format));
    appender.setOutputStream(console);
    appender.start();
    return appender;
  }

  private static Appender<ILoggingEvent> fileAppender(
      LoggerContext context, LogFormat format, LogConfig.LogFile.Rolling rolling)
      throws IOException {
    var file = writableFile(rolling.folder());
    var policy = new NumberedBackups(file, rolling.maxBytes(), rolling.maxBackups());
    var appender = new RollingFileAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setFile(file.toString());
    appender.setRollingPolicy(policy);
    appender.setTriggeringPolicy(policy);
    appender.setEncoder(encoder(context, format));
    policy.start();
    appender.start();
    return appender;
  }

  private static Path writableFile(Path folder) throws IOException {
    Files.createDirectories(folder);
    var file = folder.resolve(FILE_NAME);
    Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    return file;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
    var layout =
        switch (format) {
          case JSON -> new JsonFormat();
          case TEXT -> new TextFormat();
        };
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    layout.start();
    encoder.start();
    return encoder;
  }

  /** Writes what is queued, for a few seconds at most, and stops the log. */
  @Override
  public void close() {
    context.stop();
  }

  /** Leaves its stream open, since others write to it too. */
  private static final class ConsoleAppender extends OutputStreamAppender<ILoggingEvent> {
    @Override
    protected void closeOutputStream() {
      // Nothing is buffered here.
    }
  }
}
