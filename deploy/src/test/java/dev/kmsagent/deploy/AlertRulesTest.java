package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The alerting rules fire when they should, say so in one way, and lead to a page. */
final class AlertRulesTest {
  private static final Path PAGE = Clone.root().resolve("docs/when-something-is-wrong.md");
  private static final String RUNBOOKS =
      "https://runbooks.example.com/kms-agent/when-something-is-wrong.md#";

  @Nested
  final class By_promtool {
    @TempDir private Path folder;

    private static void need_promtool() {
      assumeTrue(
          SystemCommand.isThere("promtool"),
          "there is no promtool here: build/promtool gets it on Debian");
    }

    /** Runs the tests whose names have this text. */
    private SystemCommand.Outcome test(Path rules, String names) throws IOException {
      need_promtool();
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

    @Test
    void the_queries_of_the_dashboard_are_queries() throws IOException {
      need_promtool();
      var queries = queries().toList();
      var rules =
          queries.stream()
              .map(it -> it.replaceAll("[$]\\w+", "5m"))
              .map(it -> "  - {record: query, expr: '" + it + "'}\n")
              .collect(joining("", "groups:\n- name: queries\n  rules:\n", ""));
      var file = Files.writeString(folder.resolve("queries.yaml"), rules);

      assertThat(
              SystemCommand.of("promtool", "check", "rules", "--lint=none", file)
                  .run()
                  .outputOfSuccess())
          .contains(queries.size() + " rules found");
    }

    private static Stream<String> queries() throws IOException {
      var dashboard = Files.readString(Clone.deploy().resolve("monitoring/dashboard.json"));
      return JsonParser.parseString(dashboard)
          .getAsJsonObject()
          .getAsJsonArray("panels")
          .asList()
          .stream()
          .flatMap(it -> it.getAsJsonObject().getAsJsonArray("targets").asList().stream())
          .map(it -> it.getAsJsonObject().get("expr").getAsString());
    }
  }

  @Test
  void each_rule_has_a_severity_and_a_place_in_the_page() {
    var anchors = MarkdownPage.read(PAGE).anchors();

    assertThat(AlertRules.all())
        .allSatisfy(
            rule -> {
              var runbook = String.valueOf(of(rule, "annotations").get("runbook_url"));
              assertThat(of(rule, "labels").get("severity")).isIn("warning", "critical");
              assertThat(runbook).startsWith(RUNBOOKS);
              assertThat(anchors).contains(runbook.substring(RUNBOOKS.length()));
            });
  }

  private static Map<?, ?> of(Map<String, Object> rule, String field) {
    return (Map<?, ?>) Objects.requireNonNull(rule.get(field), field);
  }

  @Test
  void each_rule_fires_in_a_test() throws IOException {
    assertThat(AlertRules.tested())
        .containsAll(AlertRules.all().stream().map(rule -> (String) rule.get("alert")).toList());
  }
}
