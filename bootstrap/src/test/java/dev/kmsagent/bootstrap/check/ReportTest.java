package dev.kmsagent.bootstrap.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.check.Finding.Grade;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Report report(Report.Style style) {
    return new Report(new PrintStream(bytes, true, StandardCharsets.UTF_8), style);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_finding_is_written_as_it_comes() {
    report(Report.Style.PLAIN).add(Finding.problem("token", "There is none."));

    assertThat(written())
        .isEqualToIgnoringNewLines("problem  token                 There is none.");
  }

  @Test
  void a_terminal_gets_grades_in_colour_and_a_pipe_does_not() {
    report(Report.Style.COLOURED).add(Finding.ok("token", "It is there."));
    assertThat(written()).startsWith("\u001b[32mok     \u001b[0m  token");

    bytes.reset();
    report(Report.Style.PLAIN).add(Finding.ok("token", "It is there."));
    assertThat(written()).startsWith("ok       token");
  }

  @Test
  void findings_are_counted_by_grade() {
    var report = report(Report.Style.PLAIN);
    report.add(Finding.problem("a", "b"));
    report.add(Finding.warning("a", "b"));
    report.add(Finding.problem("a", "b"));

    assertThat(report.count(Grade.PROBLEM)).isEqualTo(2);
    assertThat(report.count(Grade.WARNING)).isEqualTo(1);
    assertThat(report.count(Grade.OK)).isZero();
  }
}
