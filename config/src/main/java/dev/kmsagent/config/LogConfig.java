package dev.kmsagent.config;

import java.nio.file.Path;

/**
 * The table {@code [Log]}.
 *
 * @param console whether standard error gets the log, besides the file
 * @param audit whether each read leaves a line, never with a value
 */
public record LogConfig(
    LogLevel level, LogFormat format, boolean console, boolean audit, LogFile file) {

  /** Where the log goes besides standard error. */
  public sealed interface LogFile {

    /** Nowhere. */
    record Absent() implements LogFile {}

    /**
     * The file {@code kms-agent.log} of a folder, rolled by size.
     *
     * @param folder made when missing
     * @param maxBytes size at which the file rolls
     * @param maxBackups rolled files kept
     */
    record Rolling(Path folder, long maxBytes, int maxBackups) implements LogFile {}
  }

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
}
