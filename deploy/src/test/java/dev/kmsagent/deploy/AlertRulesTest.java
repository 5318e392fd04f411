package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The alerting rules fire when they should, say so in one way, and lead to a page. */
final class AlertRulesTest {
  @Nested
  final class By_promtool {
    @TempDir private Path folder;

    /** Runs the tests whose names have this text. */
    private SystemCommand.Outcome test(Path rules, String names) throws IOException {
      assumeTrue(
          SystemCommand.isThere("promtool"),
          "there is no promtool here: build/promtool gets it on Debian");
      var tests = Files.writeString(folder.resolve("tests.yaml"), AlertRules.tests(rules, names));
      return SystemCommand.of("promtool", "test", "rules", tests).run();
    }

    @Test
    void the_right_alerts_fire_and_no_others() throws IOException {
      assertThat(test(AlertRules.FILE, "").outputOfSuccess()).contains("SUCCESS");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            unless kms_agent_kms_last_answer_age_seconds < 90 | | a call fails
            alertname="KmsAgentAuditLinesLost" | alertname="None" | audit lines are lost
            {reason!="throttled"} | | log lines are throttled
            kube_pod_container_status_ready{container="kms-agent"} == 0 | kube_pod_container_status_ready | once exited
            for: 10m | for: 0m | evicted once
            """)
    void a_rule_that_is_wrong_is_found(String right, String wrong, String test) throws IOException {
      var text = Files.readString(AlertRules.FILE);
      assertThat(text).contains(right);
      var rules = folder.resolve("alerts.yaml");
      Files.writeString(rules, text.replace(right, wrong == null ? "" : wrong));

      assertThat(test(rules, test).printed()).contains("FAILED");
    }
  }

  @Test
  void each_rule_fires_in_a_test() throws IOException {
    assertThat(AlertRules.tested())
        .containsAll(AlertRules.all().stream().map(rule -> (String) rule.get("alert")).toList());
  }
}
