package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.LogConfig.LogFormat;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextLineTest {
  private final Log log = new Log().format(LogFormat.TEXT);

  @BeforeEach
  void install() throws IOException {
    log.install();
  }

  @Test
  void an_entry_is_a_line_for_people() {
    log.logger().atInfo().addKeyValue("port", 2025).addKeyValue("tls", false).log("listening");

    assertThat(log.consoleLines())
        .singleElement()
        .asString()
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO listening port=2025 tls=false");
  }

  @Test
  void text_from_outside_can_neither_end_the_line_nor_steer_the_terminal() {
    log.logger().atInfo().addKeyValue("host", "a\nERROR\u001b[31m").log("x\r\u2028y\u009b\u202e");

    assertThat(log.consoleLines())
        .singleElement()
        .asString()
        .endsWith("INFO x\\u000d\\u2028y\\u009b\\u202e host=a\\u000aERROR\\u001b[31m");
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
    log.logger().atInfo().addKeyValue("host", value).log("x");

    assertThat(log.consoleLines()).singleElement().asString().endsWith(" INFO x host=" + written);
  }

  @Test
  void text_that_is_too_long_is_cut() {
    var text = "x".repeat(100_000);
    log.logger().atInfo().addKeyValue("host", text).log(text);

    var cut = "x".repeat(1000) + "...";
    assertThat(log.consoleLines())
        .singleElement()
        .asString()
        .endsWith(" INFO " + cut + " host=" + cut);
  }

  @Test
  void an_exception_takes_indented_lines() {
    log.logger().atError().setCause(new IOException("disk\nfull")).log("bug");

    var lines = log.consoleLines();
    assertThat(lines.get(1)).isEqualTo("\tjava.io.IOException: disk\\u000afull");
    assertThat(lines.subList(2, lines.size()))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("\tat "));
  }
}
