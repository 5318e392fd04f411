package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import dev.kmsagent.adapters.telemetry.JsonLine;
import dev.kmsagent.config.schema.OneLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * The text of a log entry, which ends with a newline. What is too long is cut. Control and format
 * characters are escaped, since a terminal may obey them.
 */
final class LogLine {
  /** Characters of an exception: some fifty frames. */
  static final int MAX_EXCEPTION = 6000;

  private static final Pattern PLAIN = Pattern.compile("[^\\s\"=]+");

  private LogLine() {}

  /** One JSON object: the parts that every entry has, and the fields of the entry. */
  static String json(ILoggingEvent entry) {
    var parts = new ArrayList<KeyValuePair>();
    parts.add(new KeyValuePair("time", time(entry)));
    parts.add(new KeyValuePair("level", entry.getLevel()));
    parts.add(JsonLine.cut(new KeyValuePair("event", entry.getFormattedMessage())));
    fields(entry).stream().map(JsonLine::cut).forEach(parts::add);
    parts.add(new KeyValuePair("logger", entry.getLoggerName()));
    exception(entry).ifPresent(it -> parts.add(new KeyValuePair("exception", it)));
    return JsonLine.of(parts) + '\n';
  }

  /** Text for people: time, level, event, fields; an exception adds lines, which are indented. */
  static String text(ILoggingEvent entry) {
    var line = new StringBuilder(time(entry));
    line.append(' ').append(entry.getLevel());
    line.append(' ').append(oneLine(entry.getFormattedMessage()));
    for (var field : fields(entry)) {
      line.append(' ').append(field.key);
      line.append('=').append(quoted(oneLine(String.valueOf(field.value))));
    }
    exception(entry).stream()
        .flatMap(String::lines)
        .forEach(part -> line.append("\n\t").append(part.strip()));
    return line.append('\n').toString();
  }

  /** As logfmt has it: a value that is empty or would end early stands in quotes. */
  private static String quoted(String value) {
    return PLAIN.matcher(value).matches()
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String oneLine(String text) {
    return OneLine.of(JsonLine.cut(text, JsonLine.MAX_TEXT));
  }

  private static String time(ILoggingEvent entry) {
    return JsonLine.time(Instant.ofEpochMilli(entry.getTimeStamp()));
  }

  private static List<KeyValuePair> fields(ILoggingEvent entry) {
    return Objects.requireNonNullElse(entry.getKeyValuePairs(), List.of());
  }

  private static Optional<String> exception(ILoggingEvent entry) {
    return Optional.ofNullable((ThrowableProxy) entry.getThrowableProxy())
        .map(proxy -> JsonLine.cut(StackText.of(proxy.getThrowable()), MAX_EXCEPTION));
  }
}
