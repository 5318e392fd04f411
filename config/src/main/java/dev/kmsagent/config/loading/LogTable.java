package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.official;
import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.nio.file.Path;
import java.util.List;

/** {@code [Log]}: what is logged, and where. */
final class LogTable implements Table<LogConfig> {
  private static final long MEBIBYTE = 1 << 20;

  static final ConfigKey<LogLevel> LEVEL =
      official(
          "Log.LogLevel",
          Shapes.word(
              Words.of("Debug", LogLevel.DEBUG)
                  .and("Info", LogLevel.INFO)
                  .and("Warn", LogLevel.WARN)
                  .and("Error", LogLevel.ERROR)
                  .and("None", LogLevel.NONE)),
          LogLevel.INFO,
          "the least severe entry that is logged; at Debug every read is, of hits the first hundred in a"
              + " second and how many followed");
  static final ConfigKey<Path> PATH =
      optional(
          ConfigKey.Kin.OFFICIAL,
          "Log.LogPath",
          Shapes.path("a folder"),
          unset("none", "\"./logs/\""),
          "where `kms-agent.log` is written; made if missing");
  static final ConfigKey<Integer> MAX_SIZE =
      official("Log.MaxSize", Shapes.whole(1, 10_000), 100, "megabytes at which the file rolls");
  static final ConfigKey<Integer> MAX_BACKUPS =
      official("Log.MaxBackups", Shapes.whole(0, 100), 2, "rolled files kept");
  static final ConfigKey<LogFormat> FORMAT =
      ours(
          "Log.Format",
          Shapes.word(Words.of("json", LogFormat.JSON).and("text", LogFormat.TEXT)),
          LogFormat.JSON,
          "one JSON object a line, or text for people");
  static final ConfigKey<Boolean> CONSOLE =
      ours("Log.Console", Shapes.flag(), true, "log to standard error too, besides `LogPath`");
  static final ConfigKey<Boolean> AUDIT =
      ours(
          "Log.Audit",
          Shapes.flag(),
          false,
          "one line for each read: time, secret name, version, outcome, cache state, never a"
              + " value");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(LEVEL, PATH, MAX_SIZE, MAX_BACKUPS, FORMAT, CONSOLE, AUDIT);
  }

  @Override
  public LogConfig assemble(Values values) {
    return new LogConfig(
        values.get(LEVEL),
        values.get(FORMAT),
        values.get(CONSOLE),
        values.get(AUDIT),
        file(values));
  }

  private static LogFile file(Values values) {
    return values
        .find(PATH)
        .<LogFile>map(
            folder ->
                new LogFile.Rolling(
                    values.resolve(folder),
                    values.get(MAX_SIZE) * MEBIBYTE,
                    values.get(MAX_BACKUPS)))
        .orElseGet(LogFile.Absent::new);
  }
}
