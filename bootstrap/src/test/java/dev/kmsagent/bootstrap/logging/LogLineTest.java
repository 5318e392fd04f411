package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.JsonSyntaxException;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

/** The form of a line with its exception; {@link LogLineFuzzTest} has texts from outside. */
final class LogLineTest {
  private static final String MARK = "canary";

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

  @Test
  void messages_that_may_quote_a_secret_are_left_out() {
    assertThat(
            Stream.of(
                new IllegalArgumentException(MARK),
                new NumberFormatException(MARK),
                new JsonSyntaxException(MARK),
                new MalformedJsonException(MARK),
                new IOException("connection reset", new IllegalStateException(MARK))))
        .allSatisfy(
            thrown ->
                assertThat(StackText.of(thrown))
                    .startsWith(thrown.getClass().getName())
                    .doesNotContain(MARK));
  }

  @Test
  void messages_about_files_and_connections_are_shown() {
    assertThat(
            Stream.of(
                new IOException(MARK), new ConnectException(MARK), new AccessDeniedException(MARK)))
        .allSatisfy(
            thrown ->
                assertThat(StackText.of(thrown))
                    .startsWith(thrown.getClass().getName() + ": " + MARK + "\n"));
  }

  @Test
  void causes_and_suppressed_exceptions_follow_and_a_chain_that_bites_its_tail_ends() {
    var cause = new ConnectException("refused");
    var thrown = new IllegalStateException(cause);
    thrown.addSuppressed(new IOException("while closing"));
    cause.initCause(thrown);

    assertThat(StackText.of(thrown))
        .contains("\nSuppressed: java.io.IOException: while closing\n\tat ")
        .containsOnlyOnce("\nCaused by: java.net.ConnectException: refused\n\tat ");
  }
}
