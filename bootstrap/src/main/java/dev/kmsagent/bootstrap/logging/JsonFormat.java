package dev.kmsagent.bootstrap.logging;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object per line: the parts that every entry has, and the fields of the entry. Control
 * and format characters are escaped, since a terminal may obey them.
 */
final class JsonFormat implements LineFormat {
  private static final Set<String> TAKEN = Set.of("time", "level", "event", "logger", "exception");

  /** Those that JSON does not require to be escaped, inside its strings. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  @Override
  public String line(LogEntry entry) {
    var line = new StringWriter();
    write(entry, line);
    return CONTROL.matcher(line.toString()).replaceAll(JsonFormat::escaped) + '\n';
  }

  private static String escaped(MatchResult control) {
    return control.group().chars().mapToObj("\\\\u%04x"::formatted).collect(Collectors.joining());
  }

  private static void write(LogEntry entry, StringWriter line) {
    try (var json = new JsonWriter(line)) {
      json.beginObject();
      json.name("time").value(entry.time());
      json.name("level").value(entry.level());
      json.name("event").value(entry.event());
      for (var field : entry.fields()) {
        json.name(nameOf(field));
        writeValue(json, field.value);
      }
      json.name("logger").value(entry.logger());
      if (entry.exception().isPresent()) {
        json.name("exception").value(entry.exception().get());
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot refuse to be written to", e);
    }
  }

  /** A name must be unique in an object. */
  private static String nameOf(KeyValuePair field) {
    return TAKEN.contains(field.key) ? field.key + "_" : field.key;
  }

  private static void writeValue(JsonWriter json, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.nullValue();
      case Boolean truth -> json.value(truth);
      case Long number -> json.value(number);
      case Integer number -> json.value(number);
      case Double number when Double.isFinite(number) -> json.value(number);
      default -> json.value(value.toString());
    }
  }
}
