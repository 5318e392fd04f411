package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * The parts of a log entry.
 *
 * @param time RFC 3339, UTC, always with milliseconds
 * @param fields the key-value pairs in their order
 * @param exception as {@link StackText} renders it
 */
record LogEntry(
    String time,
    String level,
    String event,
    List<KeyValuePair> fields,
    String logger,
    Optional<String> exception) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  static LogEntry of(ILoggingEvent event) {
    return new LogEntry(
        TIME.format(Instant.ofEpochMilli(event.getTimeStamp())),
        event.getLevel().toString(),
        event.getFormattedMessage(),
        Objects.requireNonNullElse(event.getKeyValuePairs(), List.of()),
        event.getLoggerName(),
        Optional.ofNullable(event.getThrowableProxy())
            .map(proxy -> StackText.of(((ThrowableProxy) proxy).getThrowable())));
  }
}
