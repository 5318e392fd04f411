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
 * What a line of the log says.
 *
 * @param time RFC 3339, UTC, always with milliseconds
 * @param fields what was given to the entry by name, in its order
 * @param exception what {@link StackText} says of it
 */
record Entry(
    String time,
    String level,
    String event,
    List<KeyValuePair> fields,
    String logger,
    Optional<String> exception) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  static Entry of(ILoggingEvent event) {
    return new Entry(
        TIME.format(Instant.ofEpochMilli(event.getTimeStamp())),
        event.getLevel().toString(),
        event.getFormattedMessage(),
        Objects.requireNonNullElse(event.getKeyValuePairs(), List.of()),
        event.getLoggerName(),
        Optional.ofNullable(event.getThrowableProxy())
            .map(proxy -> StackText.of(((ThrowableProxy) proxy).getThrowable())));
  }
}
