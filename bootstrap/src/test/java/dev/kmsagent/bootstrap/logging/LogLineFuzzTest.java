package dev.kmsagent.bootstrap.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.kmsagent.adapters.telemetry.JsonLine;
import dev.kmsagent.testkit.FuzzInputs;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.KeyValuePair;

/** Fuzz target: texts from outside in a log line, separated by a line feed. */
final class LogLineFuzzTest {
  private static final String SECRET = "hunter2-canary";
  private static final String LINE_OF_EXCEPTION = "\t(at |Caused by: |java\\.io\\.IOException).*";

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    var texts = new String(input, UTF_8).split("\n", 3);
    var event = texts[0];
    var value = texts.length > 1 ? texts[1] : event;
    var message = texts.length > 2 ? texts[2] : "";
    var entry = entry(event, value, new IOException(message, new IllegalStateException(SECRET)));
    assertJson(LogLine.json(entry), event, value);
    assertText(LogLine.text(entry));
  }

  private static ILoggingEvent entry(String event, String value, Throwable thrown) {
    var logger = new LoggerContext().getLogger("test");
    var entry = new LoggingEvent("", logger, Level.WARN, event, thrown, null);
    entry.addKeyValuePair(new KeyValuePair("host", value));
    entry.addKeyValuePair(new KeyValuePair("count", value.length()));
    return entry;
  }

  /** One line of strict JSON, without control characters, from which the texts come back. */
  private static void assertJson(String line, String event, String value) throws IOException {
    assertThat(line).endsWith("}\n");
    assertPrintable(line.substring(0, line.length() - 1));
    var members = members(line);
    assertThat(members).containsEntry("level", "WARN").containsEntry("event", cut(event));
    assertThat(members).containsEntry("host", cut(value));
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
    return text.length() <= JsonLine.MAX_TEXT ? text : text.substring(0, JsonLine.MAX_TEXT) + "...";
  }

  /** One line for the entry; further lines are those of the exception, and indented. */
  private static void assertText(String text) {
    var lines = List.of(text.split("\n", -1));
    assertThat(lines.getLast()).isEmpty();
    assertThat(lines.getFirst())
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z WARN .*")
        .hasSizeLessThan(20 * JsonLine.MAX_TEXT);
    var ofException = lines.subList(1, lines.size() - 1);
    assertThat(ofException.subList(0, ofException.size() - 1))
        .allMatch(line -> line.matches(LINE_OF_EXCEPTION));
    // How deep the stack is depends on who calls: the last line may be cut.
    assertThat(ofException.getLast()).matches(LINE_OF_EXCEPTION + "|\t.*\\.\\.\\.");
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
