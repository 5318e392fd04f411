package dev.kmsagent.bootstrap.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.check.Finding.Grade;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Report report(boolean isColoured) {
    return new Report(
        new PrintStream(bytes, true, StandardCharsets.UTF_8), isColoured, Duration.ofMillis(1));
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_finding_is_written_as_it_comes() {
    report(false).add(Finding.problem("token", "There is none."));

    assertThat(written())
        .isEqualToIgnoringNewLines("problem  token                 There is none.");
  }

  @Test
  void a_finding_that_quotes_a_server_sends_no_control_characters_to_the_terminal() {
    report(false).add(Finding.problem("KMS answer", "Invalid status line: \"\u001b[2K\r\n\""));

    assertThat(written().strip()).endsWith("Invalid status line: \"\\u001b[2K\\u000d\\u000a\"");
  }

  @Test
  void a_terminal_gets_grades_in_colour_and_a_pipe_does_not() {
    report(true).add(Finding.ok("token", "It is there."));
    assertThat(written()).startsWith("\u001b[32mok     \u001b[0m  token");

    bytes.reset();
    report(false).add(Finding.ok("token", "It is there."));
    assertThat(written()).startsWith("ok       token");
  }

  @Test
  void problems_are_counted() {
    var report = report(false);
    report.add(Finding.problem("a", "b"));
    report.add(Finding.warning("a", "b"));
    report.add(Finding.problem("a", "b"));

    assertThat(report.problems()).isEqualTo(2);
  }

  @Test
  void a_probe_that_hangs_is_left_behind() {
    var hanging = new CompletableFuture<Finding>();

    assertThat(report(false).check("token", Grade.PROBLEM, hanging::join)).isEqualTo(Grade.PROBLEM);
    assertThat(written()).startsWith("problem  token                 No result within ");
    hanging.complete(Finding.ok("token", "It is there."));
  }
}
