package dev.kmsagent.bootstrap.logging;

/** Renders a log entry as text that ends with a newline. Stateless. */
@FunctionalInterface
interface LineFormat {
  String line(LogEntry entry);
}
