package dev.kmsagent.bootstrap.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.kmsagent.testkit.FuzzInputs;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.KeyValuePair;

/** Fuzz target: texts from outside in a log line, separated by a line feed. */
final class LogLineFuzzTest {
  private static final String SECRET = "hunter2-canary";

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    var texts = new String(input, UTF_8).split("\n", 3);
    var event = texts[0];
    var value = texts.length > 1 ? texts[1] : event;
    var message = texts.length > 2 ? texts[2] : "";
    var line = entry(event, value, new IOException(message, new IllegalStateException(SECRET)));
    assertJson(new JsonFormat().line(line), event, value);
    assertText(new TextFormat().line(line));
  }

  private static LogEntry entry(String event, String value, Throwable thrown) {
    var fields =
        List.of(
            new KeyValuePair("host", value),
            new KeyValuePair("level", value),
            new KeyValuePair("count", value.length()));
    return new LogEntry(
        Instant.EPOCH.toString(), "WARN", event, fields, "test", Optional.of(StackText.of(thrown)));
  }

  /** One line of strict JSON, without control characters, from which the texts come back. */
  private static void assertJson(String line, String event, String value) throws IOException {
    assertThat(line).endsWith("}\n");
    assertPrintable(line.substring(0, line.length() - 1));
    var members = members(line);
    assertThat(members).containsEntry("level", "WARN").containsEntry("event", cut(event));
    assertThat(members).containsEntry("host", cut(value)).containsEntry("level_", cut(value));
  }

  private static Map<String, String> members(String line) throws IOException {
    var members = new HashMap<String, String>();
    try (var json = new JsonReader(new StringReader(line))) {
      json.setStrictness(Strictness.STRICT);
      json.beginObject();
      while (json.hasNext()) {
        assertThat(members.put(json.nextName(), json.nextString())).isNull();
      }
      json.endObject();
      assertThat(json.peek()).isEqualTo(JsonToken.END_DOCUMENT);
    }
    return members;
  }

  private static String cut(String text) {
    return text.length() <= LogEntry.MAX_TEXT ? text : text.substring(0, LogEntry.MAX_TEXT) + "...";
  }

  /** One line for the entry; further lines are those of the exception, and indented. */
  private static void assertText(String text) {
    var lines = List.of(text.split("\n", -1));
    assertThat(lines.getLast()).isEmpty();
    assertThat(lines.getFirst()).startsWith("1970-01-01T00:00:00Z WARN ");
    for (var line : lines.subList(1, lines.size() - 1)) {
      assertThat(line).matches("\t(at |Caused by: |java\\.io\\.IOException).*");
    }
    lines.forEach(line -> assertPrintable(line.stripLeading()));
  }

  private static void assertPrintable(String line) {
    assertThat(line.chars().noneMatch(Character::isISOControl)).isTrue();
    assertThat(line).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) throws IOException {
    fuzzerTestOneInput(input);
  }
}
