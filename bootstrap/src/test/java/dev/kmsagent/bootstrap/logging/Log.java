package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.helpers.NOPMDCAdapter;

/** A log of its own, for one test. */
final class Log {
  private static final int FLUSH_MILLIS = 50_000;

  private final LoggerContext context = contextWithoutMdc();
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private LogLevel level = LogLevel.INFO;
  private LogFormat format = LogFormat.JSON;
  private boolean audit;
  private boolean toConsole = true;
  private LogFile file = new LogFile.Absent();

  private static LoggerContext contextWithoutMdc() {
    var context = new LoggerContext();
    context.setMDCAdapter(new NOPMDCAdapter());
    return context;
  }

  Log level(LogLevel level) {
    this.level = level;
    return this;
  }

  Log format(LogFormat format) {
    this.format = format;
    return this;
  }

  Log audit() {
    audit = true;
    return this;
  }

  Log withoutConsole() {
    toConsole = false;
    return this;
  }

  Log file(Path folder, long maxBytes, int maxBackups) {
    file = new LogFile.Rolling(folder, maxBytes, maxBackups);
    return this;
  }

  Logging install() throws IOException {
    return Logging.install(context, new LogConfig(level, format, toConsole, audit, file), console);
  }

  /** Ends the log once all of it is written, however slow the machine is. */
  void end() {
    var appenders = context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    appenders.forEachRemaining(queue -> ((LogQueue) queue).setMaxFlushTime(FLUSH_MILLIS));
    context.stop();
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

  /** The only line of the console, as JSON. */
  JsonObject consoleEntry() {
    var lines = consoleLines();
    if (lines.size() != 1) {
      throw new AssertionError("one line expected: " + lines);
    }
    return JsonParser.parseString(lines.getFirst()).getAsJsonObject();
  }
}
