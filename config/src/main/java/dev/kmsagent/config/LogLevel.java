package dev.kmsagent.config;

/** The least severe entry that is logged. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARN,
  ERROR,
  /** Nothing is logged. */
  NONE
}
