package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

/** The form of a line; {@link LogLineFuzzTest} shows what texts from outside do to it. */
final class LogLineTest {
  private final LoggingEvent entry = entry(null);

  private static LoggingEvent entry(@Nullable Throwable thrown) {
    var logger = new LoggerContext().getLogger("test");
    return new LoggingEvent("", logger, Level.WARN, "read", thrown, null);
  }

  private void field(String key, @Nullable Object value) {
    entry.addKeyValuePair(new KeyValuePair(key, value));
  }

  private static String withoutTime(String line) {
    return line.replaceFirst("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z", "TIME");
  }

  @Test
  void an_entry_has_time_level_event_logger_and_fields_with_their_types() {
    field("secret", "app/db");
    field("status", 404);
    field("bytes", 5_000_000_000L);
    field("ratio", 0.5);
    field("none", Double.NaN);
    field("ready", true);
    field("took", Duration.ofMillis(3));
    field("code", null);

    assertThat(withoutTime(LogLine.json(entry)))
        .isEqualTo(
            """
            {"time":"TIME","level":"WARN","event":"read","secret":"app/db","status":404,\
            "bytes":5000000000,"ratio":0.5,"none":"NaN","ready":true,"took":"PT0.003S",\
            "code":null,"logger":"test"}
            """);
    assertThat(withoutTime(LogLine.text(entry)))
        .isEqualTo(
            "TIME WARN read secret=app/db status=404 bytes=5000000000 ratio=0.5 none=NaN ready=true"
                + " took=PT0.003S code=null\n");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "a-b, a-b",
        "||, \"\"",
        "a b, \"a b\"",
        "a=b, \"a=b\"",
        "a\"b, \"a\\\"b\"",
        "\\ \\, \"\\\\ \\\\\""
      })
  void a_value_that_would_end_early_stands_in_quotes(String value, String written) {
    field("host", value);

    assertThat(LogLine.text(entry)).endsWith(" WARN read host=" + written + "\n");
  }

  @Test
  void an_exception_is_a_field_with_its_frames_or_indented_lines() {
    var failed = entry(new IOException("disk\nfull"));

    assertThat(LogLine.json(failed))
        .contains("\"exception\":\"java.io.IOException: disk\\\\u000afull\\n\\tat dev.kmsagent.");
    assertThat(LogLine.text(failed).lines().skip(1))
        .startsWith("\tjava.io.IOException: disk\\u000afull")
        .allMatch(line -> line.startsWith("\t"));
  }
}
