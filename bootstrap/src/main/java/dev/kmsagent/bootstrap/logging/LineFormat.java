package dev.kmsagent.bootstrap.logging;

/** How an entry of the log is written. Thread-safe. */
@FunctionalInterface
interface LineFormat {
  /** The text of {@code entry}, without a final newline. */
  String write(Entry entry);
}
