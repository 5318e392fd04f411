package dev.kmsagent.bootstrap.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Report report = new Report(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_finding_is_written_as_it_comes() {
    report.problem("token", "There is none.");

    assertThat(written())
        .isEqualToIgnoringNewLines("problem  token                 There is none.");
  }

  @Test
  void a_finding_that_quotes_a_server_sends_no_control_characters_to_the_terminal() {
    report.problem("KMS answer", "Invalid status line: \"\u001b[2K\r\n\"");

    assertThat(written().strip()).endsWith("Invalid status line: \"\\u001b[2K\\u000d\\u000a\"");
  }

  @Test
  void problems_are_counted() {
    report.problem("a", "b");
    report.warning("a", "b");
    report.problem("a", "b");

    assertThat(report.problems()).isEqualTo(2);
  }
}
