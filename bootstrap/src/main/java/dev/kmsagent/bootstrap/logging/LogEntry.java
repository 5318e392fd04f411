package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.event.KeyValuePair;

/**
 * The parts of a log entry. Text that is too long is cut.
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
  /** Characters of an event or a field: names and messages may come from outside. */
  static final int MAX_TEXT = 1000;

  /** Characters of an exception: some fifty frames. */
  static final int MAX_EXCEPTION = 6000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  LogEntry {
    event = cut(event, MAX_TEXT);
    fields = fields.stream().map(LogEntry::cut).toList();
    exception = exception.map(LogEntry::cutFrames);
  }

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

  /** An entry that no logger made. */
  static LogEntry of(
      Instant time, String level, String event, List<KeyValuePair> fields, String logger) {
    return new LogEntry(TIME.format(time), level, event, fields, logger, Optional.empty());
  }

  /** The same entry with one more field. */
  LogEntry with(String field, Object value) {
    var more = Stream.concat(fields.stream(), Stream.of(new KeyValuePair(field, value))).toList();
    return new LogEntry(time, level, event, more, logger, exception);
  }

  private static KeyValuePair cut(KeyValuePair field) {
    return switch (field.value) {
      case null -> field;
      case Number _, Boolean _ -> field;
      case Object value -> new KeyValuePair(field.key, cut(value.toString(), MAX_TEXT));
    };
  }

  /** Without the frames that would follow. */
  private static String cutFrames(String stack) {
    var end = stack.length() <= MAX_EXCEPTION ? -1 : stack.lastIndexOf('\n', MAX_EXCEPTION);
    return end > 0 ? stack.substring(0, end) : cut(stack, MAX_EXCEPTION);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
