package dev.kmsagent.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The alerting rules that ship, and the tests of them in {@code alerts.txt} for promtool. */
final class AlertRules {
  static final Path FILE = Clone.deploy().resolve("monitoring/alerts.yaml");

  private static final Path TESTS = Clone.deploy().resolve("src/test/resources/alerts.txt");
  private static final Pattern TEST =
      Pattern.compile("(?m)^# (.+)\\n((?:[^#>\\n].*\\n)+)((?:>.*\\n)+)");
  private static final Pattern SERIES = Pattern.compile("(?m)^(\\S+\\{.*}) (.+)$");
  private static final Pattern MOMENT = Pattern.compile("(?m)^> (\\w+) ?(.*)$");

  private static final Map<String, String> LABELS =
      Map.of(
          "AGENT", "namespace=\"shop\", job=\"agents\", instance=\"a\"",
          "OTHER", "namespace=\"shop\", job=\"agents\", instance=\"b\"",
          "FOREIGN", "namespace=\"pay\", job=\"agents\", instance=\"p\"",
          "CONTAINER", "namespace=\"shop\", pod=\"a\", container=\"kms-agent\"",
          "SERVICE", "name=\"alibabacloud-kms-agent.service\", instance=\"host\"");

  private AlertRules() {}

  /** The rules that alert. */
  static List<Map<String, Object>> all() {
    return list(Yaml.read(FILE).getFirst(), "groups").stream()
        .flatMap(group -> list(group, "rules").stream())
        .toList();
  }

  @SuppressWarnings("unchecked") // of the format of rules
  private static List<Map<String, Object>> list(Map<String, Object> of, String field) {
    return (List<Map<String, Object>>) Objects.requireNonNull(of.get(field), field);
  }

  /** The names of the alerts that fire in the tests. */
  static List<String> tested() throws IOException {
    return MOMENT
        .matcher(Files.readString(TESTS))
        .results()
        .flatMap(moment -> Stream.of(moment.group(2).split(" ")))
        .map(alert -> alert.replaceFirst(":.*", ""))
        .toList();
  }

  /** The tests whose names have a text, in the format of promtool. */
  static String tests(Path rules, String names) throws IOException {
    return TEST.matcher(Files.readString(TESTS) + "\n")
        .results()
        .filter(test -> test.group(1).contains(names))
        .map(AlertRules::test)
        .collect(
            Collectors.joining(
                "", "rule_files: [" + rules + "]\nevaluation_interval: 1m\ntests:\n", ""));
  }

  private static String test(MatchResult test) {
    var working = "kms_agent_build_info{AGENT} 1x240\nkms_agent_build_info{OTHER} 1x240\n";
    return "- name: '%s'\n  interval: 30s\n  input_series:\n%s  promql_expr_test:\n%s"
        .formatted(
            test.group(1),
            all(SERIES, working + test.group(2), AlertRules::series),
            all(MOMENT, test.group(3), AlertRules::moment));
  }

  private static String all(Pattern pattern, String text, Function<MatchResult, String> yaml) {
    return pattern.matcher(text).results().map(yaml).collect(Collectors.joining());
  }

  private static String series(MatchResult series) {
    var name = series.group(1);
    for (var labels : LABELS.entrySet()) {
      name = name.replace("{" + labels.getKey(), "{" + labels.getValue());
    }
    return "  - {series: '%s', values: '%s'}\n".formatted(name, series.group(2));
  }

  private static String moment(MatchResult moment) {
    var firing =
        Arrays.stream(moment.group(2).split(" "))
            .filter(alert -> !alert.isEmpty())
            .map(AlertRules::sample)
            .collect(Collectors.joining(", "));
    return """
      - eval_time: %s
        expr: group by (alertname, namespace) (ALERTS{alertstate="firing"})
        exp_samples: [%s]
    """
        .formatted(moment.group(1), firing);
  }

  private static String sample(String alert) {
    var parts = alert.split(":", -1);
    var namespace = parts.length == 1 ? "shop" : parts[1];
    return "{labels: '{alertname=\"%s\"%s}', value: 1}"
        .formatted(parts[0], namespace.isEmpty() ? "" : ", namespace=\"" + namespace + "\"");
  }
}
