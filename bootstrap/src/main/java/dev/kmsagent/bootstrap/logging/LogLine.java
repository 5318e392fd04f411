package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.config.schema.OneLine;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The text of a log entry, which ends with a newline. What is too long is cut. Control and format
 * characters are escaped, since a terminal may obey them.
 */
final class LogLine {
  /** Characters of an event or a field: names and messages may come from outside. */
  static final int MAX_TEXT = 1000;

  /** Characters of an exception: some fifty frames. */
  static final int MAX_EXCEPTION = 6000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  /** Those that JSON does not require to be escaped, inside its strings. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  private static final Pattern PLAIN = Pattern.compile("[^\\s\"=]+");

  private LogLine() {}

  /** One JSON object: the parts that every entry has, and the fields of the entry. */
  static String json(ILoggingEvent entry) {
    var line = new StringWriter();
    try {
      write(entry, new JsonWriter(line));
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot refuse to be written to", e);
    }
    return CONTROL.matcher(line.toString()).replaceAll(LogLine::escaped) + '\n';
  }

  private static String escaped(MatchResult control) {
    return control.group().chars().mapToObj("\\\\u%04x"::formatted).collect(Collectors.joining());
  }

  private static void write(ILoggingEvent entry, JsonWriter json) throws IOException {
    json.beginObject();
    json.name("time").value(time(entry));
    json.name("level").value(entry.getLevel().toString());
    json.name("event").value(cut(entry.getFormattedMessage(), MAX_TEXT));
    for (var field : fields(entry)) {
      write(field.value, json.name(field.key));
    }
    json.name("logger").value(entry.getLoggerName());
    var exception = exception(entry);
    if (exception.isPresent()) {
      json.name("exception").value(exception.get());
    }
    json.endObject();
  }

  private static void write(@Nullable Object value, JsonWriter json) throws IOException {
    if (value instanceof Boolean truth) {
      json.value(truth);
    } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      json.value(number);
    } else {
      json.value(value == null ? null : cut(value.toString(), MAX_TEXT));
    }
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
    return OneLine.of(cut(text, MAX_TEXT));
  }

  /** RFC 3339, UTC, always with milliseconds. */
  private static String time(ILoggingEvent entry) {
    return TIME.format(Instant.ofEpochMilli(entry.getTimeStamp()));
  }

  private static List<KeyValuePair> fields(ILoggingEvent entry) {
    return Objects.requireNonNullElse(entry.getKeyValuePairs(), List.of());
  }

  private static Optional<String> exception(ILoggingEvent entry) {
    return Optional.ofNullable((ThrowableProxy) entry.getThrowableProxy())
        .map(proxy -> cut(StackText.of(proxy.getThrowable()), MAX_EXCEPTION));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
