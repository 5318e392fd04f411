package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The alerting rules fire when they should, say so in one way, and lead to a page. The file {@code
 * alerts.txt} says what fires when; it is translated into the format of promtool.
 */
final class AlertRulesTest {
  static final Path FILE = Clone.deploy().resolve("monitoring/alerts.yaml");

  /** Where {@code build/tools} unpacks it. */
  private static final Path PROMTOOL =
      Path.of("..", "bootstrap", "target", "monitoring", "usr", "bin", "promtool");

  private static final String RUNBOOKS =
      "https://runbooks.example.com/kms-agent/when-something-is-wrong.md#";
  private static final Pattern TEST =
      Pattern.compile("(?m)^# (.+)\\n((?:[^#>\\n].*\\n)+)((?:>.*\\n)+)");
  private static final Pattern SERIES = Pattern.compile("(?m)^(\\S+\\{.*}) (.+)$");
  private static final Pattern MOMENT = Pattern.compile("(?m)^> (\\w+) ?(.*)$");
  private static final Pattern ALERT = Pattern.compile("(\\w+)(:?)(\\w*)");

  private static final Map<String, String> LABELS =
      Map.of(
          "{AGENT", "{namespace=\"shop\", job=\"agents\", instance=\"a\"",
          "{OTHER", "{namespace=\"shop\", job=\"agents\", instance=\"b\"",
          "{FOREIGN", "{namespace=\"pay\", job=\"agents\", instance=\"p\"",
          "{CONTAINER", "{namespace=\"shop\", pod=\"a\", container=\"kms-agent\"",
          "{SERVICE", "{name=\"alibabacloud-kms-agent.service\", instance=\"host\"");

  private static String tests() throws IOException {
    return Files.readString(Path.of("src/test/resources/alerts.txt")) + "\n";
  }

  private static String all(Pattern pattern, String text, Function<MatchResult, String> yaml) {
    return pattern.matcher(text).results().map(yaml).collect(joining());
  }

  private static String test(MatchResult test, String interval, String working) {
    return "- name: '%s'\n  interval: %s\n  input_series:\n%s  promql_expr_test:\n%s"
        .formatted(
            test.group(1),
            interval,
            all(SERIES, working + test.group(2), AlertRulesTest::series),
            all(MOMENT, test.group(3), AlertRulesTest::moment));
  }

  private static String series(MatchResult series) {
    var name = series.group(1);
    for (var labels : LABELS.entrySet()) {
      name = name.replace(labels.getKey(), labels.getValue());
    }
    return "  - {series: '%s', values: '%s'}\n".formatted(name, series.group(2));
  }

  private static String moment(MatchResult moment) {
    return """
      - eval_time: %s
        expr: group by (alertname, namespace) (ALERTS{alertstate="firing"})
        exp_samples: [%s]
    """
        .formatted(moment.group(1), all(ALERT, moment.group(2), AlertRulesTest::sample));
  }

  /** An alert is of the namespace shop unless another one, or none, follows its colon. */
  private static String sample(MatchResult alert) {
    var namespace = alert.group(2).isEmpty() ? "shop" : alert.group(3);
    return "{labels: '{alertname=\"%s\"%s}', value: 1}, "
        .formatted(alert.group(1), namespace.isEmpty() ? "" : ", namespace=\"" + namespace + "\"");
  }

  private static SystemCommand.Outcome promtool(Path folder, String text, Object... command)
      throws IOException {
    var unpacked = Files.isExecutable(PROMTOOL);
    assumeTrue(
        unpacked || SystemCommand.isThere("promtool"),
        "there is no promtool here: build/tools gets it on Debian");
    var file = Files.writeString(folder.resolve("file.yaml"), text);
    // Go's default would spend a third of the time on garbage.
    return SystemCommand.of(unpacked ? PROMTOOL : "promtool")
        .and(command)
        .and(file)
        .with("GOGC", "400")
        .run();
  }

  private static void check(Path folder, String tests, String... working) throws IOException {
    evaluate(folder, all(TEST, tests, it -> isHourly(it) ? "" : it.group()), "1m", "30s", working);
    evaluate(folder, all(TEST, tests, it -> isHourly(it) ? it.group() : ""), "1h", "1h", working);
  }

  /** To evaluate the rules for weeks each minute would take minutes. */
  private static boolean isHourly(MatchResult test) {
    return test.group(1).startsWith("hourly: ");
  }

  private static void evaluate(
      Path folder, String tests, String evaluation, String interval, String... working)
      throws IOException {
    var there =
        Stream.of(working).map(it -> "kms_agent_build_info%s} 1x400\n".formatted(it)).toList();
    var translated = all(TEST, tests, test -> test(test, interval, String.join("", there)));
    var text =
        "rule_files: [%s]\nevaluation_interval: %s\ntests:\n%s"
            .formatted(FILE, evaluation, translated);

    assertThat(promtool(folder, text, "test", "rules").outputOfSuccess()).contains("SUCCESS");
  }

  @Test
  void the_right_alerts_fire_and_no_others(@TempDir Path folder) throws IOException {
    check(folder, tests(), "{AGENT", "{OTHER");
  }

  /** Windows still have samples of an agent that has no target any more. */
  @Test
  void none_fires_for_an_agent_that_is_gone(@TempDir Path folder) throws IOException {
    var ofAgents = all(TEST, tests(), it -> it.group(2).startsWith("kms_agent_") ? it.group() : "");

    check(folder, ofAgents.replaceAll("(?m) KmsAgent\\w+(?= |$)", ""), "{OTHER");
  }

  @Test
  void the_queries_of_the_dashboard_are_queries(@TempDir Path folder) throws IOException {
    var dashboard = Yaml.read(Clone.deploy().resolve("monitoring/dashboard.json")).getFirst();
    var targets =
        Pods.maps(dashboard, "panels").stream()
            .flatMap(panel -> Pods.maps(panel, "targets").stream())
            .toList();
    var rules =
        targets.stream()
            .map(it -> String.valueOf(it.get("expr")).replaceAll("[$]\\w+", "5m"))
            .map(it -> "  - {record: query, expr: '" + it + "'}\n")
            .collect(joining("", "groups:\n- name: queries\n  rules:\n", ""));

    assertThat(promtool(folder, rules, "check", "rules", "--lint=none").outputOfSuccess())
        .contains(targets.size() + " rules found");
  }

  private static List<Map<String, Object>> rules() {
    return Pods.maps(Yaml.read(FILE).getFirst(), "groups").stream()
        .flatMap(group -> Pods.maps(group, "rules").stream())
        .toList();
  }

  @Test
  void each_rule_fires_in_a_test_and_has_a_severity_and_a_place_in_the_page() throws IOException {
    var page = Clone.root().resolve("docs/when-something-is-wrong.md");
    var anchors = MarkdownPage.read(page).anchors();
    var fired = all(MOMENT, tests(), moment -> moment.group(2) + ":").split("[: ]", -1);

    assertThat(rules())
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              var runbook = String.valueOf(Pods.map(rule, "annotations").get("runbook_url"));
              assertThat(Pods.map(rule, "labels").get("severity")).isIn("warning", "critical");
              assertThat(runbook).startsWith(RUNBOOKS);
              assertThat(anchors).contains(runbook.substring(RUNBOOKS.length()));
              assertThat(fired).contains((String) rule.get("alert"));
            });
  }
}
