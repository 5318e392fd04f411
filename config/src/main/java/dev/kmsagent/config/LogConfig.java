package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The table {@code [Log]}.
 *
 * @param console whether the log goes to standard error, besides the file
 * @param audit a line for each read, never with a value
 */
public record LogConfig(
    LogLevel level,
    LogFormat format,
    boolean console,
    Optional<LogFile> file,
    Optional<AuditConfig> audit) {

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
    private final ConfigKey<Path> path = key("LogPath", path("a folder"));
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
    private final ConfigKey<Path> auditPath =
        key("AuditPath", path("a folder"), unset("`LogPath`"));
    private final ConfigKey<Path> auditKeyFile =
        key("AuditKeyFile", path("a file made by `audit key --create`"));
    private final ConfigKey<Integer> auditKeepDays = key("AuditKeepDays", whole(1, 3650), 180);
    private final ConfigKey<Integer> auditMaxSize =
        key("AuditMaxSize", whole(2, 10_000_000), 10_000);

    Keys() {
      super("Log");
      demand(
          Rule.on(
                  "`Log.AuditRequired` needs `Log.Audit`",
                  audit::in,
                  values -> auditRequired.problemIn(values, "needs Log.Audit = true"),
                  audit)
              .when(Rule.Condition.is(auditRequired, true)),
          Rule.on(
                  "`Log.Audit` needs a folder: `Log.AuditPath` or `Log.LogPath`",
                  values -> auditFolder(values).isPresent(),
                  values ->
                      audit.problemIn(values, "needs a folder: Log.AuditPath, or Log.LogPath"),
                  path,
                  auditPath)
              .when(Rule.Condition.is(audit, true)));
    }

    private Optional<Path> auditFolder(Values values) {
      return auditPath.findIn(values).or(() -> path.findIn(values));
    }

    @Override
    public LogConfig build(Values values) {
      return new LogConfig(
          level.in(values), format.in(values), console.in(values), file(values), audit(values));
    }

    private Optional<AuditConfig> audit(Values values) {
      return auditFolder(values)
          .filter(_ -> audit.in(values))
          .map(
              folder ->
                  new AuditConfig(
                      auditRequired.in(values),
                      values.resolve(folder),
                      (long) maxSize.in(values) << 20,
                      (long) auditMaxSize.in(values) << 20,
                      Duration.ofDays(auditKeepDays.in(values)),
                      auditKeyFile.findIn(values).map(values::resolve)));
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
