package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.NOPMDCAdapter;

/** A log of its own, for one test. */
final class Log {
  private static final Duration FLUSH = Duration.ofSeconds(50);

  private final LoggerContext context = contextWithoutMdc();
  private final VirtualTime time = new VirtualTime();
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private OutputStream stream = console;
  private LogLevel level = LogLevel.INFO;
  private @Nullable Logging logging;
  private Optional<LogFile> file = Optional.empty();

  private static LoggerContext contextWithoutMdc() {
    var context = new LoggerContext();
    context.setMDCAdapter(new NOPMDCAdapter());
    return context;
  }

  Log level(LogLevel level) {
    this.level = level;
    return this;
  }

  /** Writes to this instead of what {@link #consoleLines} reads. */
  Log console(OutputStream stream) {
    this.stream = stream;
    return this;
  }

  Log file(Path folder, long maxBytes, int maxBackups) {
    file = Optional.of(new LogFile(folder, maxBytes, maxBackups));
    return this;
  }

  Logging install() throws IOException {
    var config = new LogConfig(level, LogFormat.JSON, true, LogConfig.Audit.ON, file);
    logging = Logging.install(context, config, stream, time);
    return logging;
  }

  /** Of this log. */
  LogLosses losses() {
    return Objects.requireNonNull(logging).losses();
  }

  /** Lets the time pass in which lines are limited. */
  void pass(Duration duration) {
    time.advance(duration);
  }

  /** Ends the log once all of it is written, however slow the machine is. */
  void end() {
    Objects.requireNonNull(logging).close(FLUSH);
  }

  /** A logger of ours. */
  Logger logger() {
    return logger("dev.kmsagent.test");
  }

  Logger logger(String name) {
    return context.getLogger(name);
  }

  /** All lines; the log ends with this. */
  List<String> consoleLines() {
    end();
    return console.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
