package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of skipped tests that ./verify ends with. */
final class SkippedTestsTest {
  private static final Instant BEGAN = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;

  /** In a module's folder, such as domain/target/surefire-reports. */
  private Path report(String place, String... outcomes) throws IOException {
    var suite =
        Stream.of(outcomes)
            .map("<testcase classname=\"a.Some\" name=\"test\">%s</testcase>\n"::formatted)
            .collect(joining("", "<?xml version=\"1.0\"?>\n<testsuite>\n", "</testsuite>\n"));
    var file = Files.createDirectories(folder.resolve(place)).resolve("TEST-a.Some.xml");
    return Files.writeString(file, suite);
  }

  private static String aborted(String message) {
    return """
    <skipped type="org.opentest4j.TestAbortedException"><![CDATA[\
    org.opentest4j.TestAbortedException%s
    \tat org.junit.jupiter.api.Assumptions.assumeTrue(Assumptions.java:124)
    \tat a.Some.test(Some.java:9)
    ]]></skipped>\
    """
        .formatted(message);
  }

  private SystemCommand.Outcome summary() {
    var program = Clone.root().resolve("build/SkippedTests.java");
    return SystemCommand.java(program, folder, BEGAN.getEpochSecond()).run();
  }

  @Test
  void reasons_are_counted_over_all_modules_whatever_lines_they_span() throws IOException {
    report(
        "domain/target/surefire-reports",
        "",
        "<skipped message=\"there is no engine\"/>",
        aborted(": Assumption failed: there is no kustomize"),
        aborted(": \nAssumption failed: apt-get said:\nE: no network"));
    report(
        "deploy/target/failsafe-reports",
        "<failure message=\"x\"><![CDATA[<skipped/> is text here]]></failure>",
        "<skipped message=\"there is&#10;no\nengine\"/>",
        "<skipped><![CDATA[there is no engine]]></skipped>",
        "<skipped message=\"Assumption failed: there is no kustomize\">\n</skipped>");
    var ofEarlierBuild = report("config/target/surefire-reports", "<skipped/>");
    Files.setLastModifiedTime(ofEarlierBuild, FileTime.from(BEGAN.minusSeconds(1)));

    var summary = summary();
    assertThat(summary.outputOfSuccess())
        .isEqualTo(
            """
            Tests: 2 ran, 6 skipped
                 3  there is no engine
                 2  there is no kustomize
                 1  apt-get said: E: no network
            """);
    assertThat(summary.errors()).isEmpty();
  }

  @Test
  void a_test_that_gives_no_reason_is_a_failure() throws IOException {
    report(
        "domain/target/surefire-reports",
        "<skipped/>",
        "<skipped message=\"\"/>",
        "<skipped message=\"void a.Some.test() is @Disabled\"/>",
        aborted(""),
        aborted(": Assumption failed"),
        aborted(": Assumption failed: assumption is not true"),
        aborted(": Assumption failed: assumption is not false"));

    var summary = summary();
    assertThat(summary.status()).isEqualTo(1);
    assertThat(summary.errors().lines())
        .hasSize(7)
        .containsOnly("a.Some.test was skipped and gives no reason");
  }
}
