package dev.kmsagent.adapters.telemetry;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * A line that is one JSON object. Control and format characters are escaped, since a terminal may
 * obey them.
 */
public final class JsonLine {
  /** Characters of a value: names and messages may come from outside. */
  public static final int MAX_TEXT = 1000;

  /** Those that JSON does not require to be escaped, inside its strings. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  private JsonLine() {}

  /** A time by RFC 3339, in UTC, always with milliseconds. */
  public static String time(Instant time) {
    return TIME.format(time);
  }

  /** The line, without a newline. Texts are written as they are; see {@link #cut}. */
  public static String of(List<KeyValuePair> fields) {
    var line = new StringWriter();
    try {
      var json = new JsonWriter(line);
      json.beginObject();
      for (var field : fields) {
        write(field.value, json.name(field.key));
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot refuse to be written to", e);
    }
    return CONTROL.matcher(line.toString()).replaceAll(JsonLine::escaped);
  }

  private static void write(@Nullable Object value, JsonWriter json) throws IOException {
    if (value instanceof Boolean truth) {
      json.value(truth);
    } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      json.value(number);
    } else {
      json.value(value == null ? null : value.toString());
    }
  }

  private static String escaped(MatchResult control) {
    return control.group().chars().mapToObj("\\\\u%04x"::formatted).collect(Collectors.joining());
  }

  /** The field with a text of at most {@link #MAX_TEXT} characters. */
  public static KeyValuePair cut(KeyValuePair field) {
    return field.value == null || field.value instanceof Number || field.value instanceof Boolean
        ? field
        : new KeyValuePair(field.key, cut(field.value.toString(), MAX_TEXT));
  }

  /** The text if it is not longer, else its beginning. */
  public static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
