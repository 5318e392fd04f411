package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The table {@code [Log]}.
 *
 * @param console whether the log goes to standard error, besides the file
 */
public record LogConfig(
    LogLevel level, LogFormat format, boolean console, Audit audit, Optional<LogFile> file) {

  /** Whether each read is logged, never with a value. */
  public enum Audit {
    OFF,
    /** A line that cannot be written is lost, and the read is answered. */
    ON,
    /** A secret is returned only once the line of its read was written. */
    REQUIRED
  }

  /**
   * The file {@code kms-agent.log} of a folder, rolled by size.
   *
   * @param folder made when missing
   * @param maxBytes size at which the file rolls
   * @param maxBackups rolled files kept
   */
  public record LogFile(Path folder, long maxBytes, int maxBackups) {}

  /** The least severe entry that is logged. */
  public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    /** Nothing is logged. */
    NONE
  }

  /** How a log line is written. */
  public enum LogFormat {
    /** One JSON object a line. */
    JSON,
    /** For people. */
    TEXT
  }

  /** The keys of {@code [Log]}. */
  static final class Keys extends Table<LogConfig> {
    private final ConfigKey<LogLevel> level =
        key("LogLevel", choice(LogLevel.values()), LogLevel.INFO);
    private final ConfigKey<Path> path = key("LogPath", path("a folder"), unset("none"));
    private final ConfigKey<Integer> maxSize = key("MaxSize", whole(1, 10_000), 100);
    private final ConfigKey<Integer> maxBackups = key("MaxBackups", whole(0, 100), 2);
    private final ConfigKey<LogFormat> format =
        key(
            "Format",
            choice(List.of(LogFormat.values()), value -> value.name().toLowerCase(Locale.ROOT)),
            LogFormat.JSON);
    private final ConfigKey<Boolean> console = key("Console", flag(), true);
    private final ConfigKey<Boolean> audit = key("Audit", flag(), false);
    private final ConfigKey<Boolean> auditRequired = key("AuditRequired", flag(), false);

    Keys() {
      super("Log");
      demand(
          Rule.on(
                  "`Log.AuditRequired` needs `Log.Audit`",
                  audit::in,
                  values ->
                      new Problem(
                          auditRequired.originIn(values),
                          auditRequired.path(),
                          "needs Log.Audit = true"),
                  audit)
              .when(Rule.Condition.is(auditRequired, true)),
          Rule.on(
                  "`Log.Audit` needs a log that is written somewhere",
                  this::isWritten,
                  values ->
                      new Problem(
                          audit.originIn(values),
                          audit.path(),
                          "needs Log.LogPath or Log.Console, and a Log.LogLevel other than None"),
                  level,
                  console,
                  path)
              .when(Rule.Condition.is(audit, true)));
    }

    private boolean isWritten(Values values) {
      return level.in(values) != LogLevel.NONE
          && (console.in(values) || path.findIn(values).isPresent());
    }

    @Override
    public LogConfig build(Values values) {
      return new LogConfig(
          level.in(values), format.in(values), console.in(values), audit(values), file(values));
    }

    private Audit audit(Values values) {
      if (!audit.in(values)) {
        return Audit.OFF;
      }
      return auditRequired.in(values) ? Audit.REQUIRED : Audit.ON;
    }

    private Optional<LogFile> file(Values values) {
      return path.findIn(values)
          .map(
              folder ->
                  new LogFile(
                      values.resolve(folder),
                      (long) maxSize.in(values) << 20,
                      maxBackups.in(values)));
    }
  }
}
