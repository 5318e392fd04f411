package dev.kmsagent.bootstrap.drill;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Prometheus with the rules that ship, and an Alertmanager that it tells. All windows of the rules
 * are {@link #FACTOR} times shorter.
 */
final class Monitoring implements AutoCloseable {
  /** A scrape each 30 s becomes one each second. */
  static final int FACTOR = 30;

  private static final Pattern WINDOW = Pattern.compile("(?<=\\[|for: )(\\d+)([smhd])");
  private static final Pattern SECONDS = Pattern.compile("(?<=_seconds(?:_left)? < )\\d+");
  private static final Map<String, Integer> UNITS = Map.of("s", 1, "m", 60, "h", 3600, "d", 86_400);

  private final int prometheus = FreePort.next();
  private final int alertmanager = FreePort.next();
  private final List<Process> processes;

  private Monitoring(Path folder, Path rules, Map<String, Integer> agents) throws IOException {
    Files.writeString(folder.resolve("rules.yaml"), scaled(Files.readString(rules)));
    Files.writeString(folder.resolve("prometheus.yaml"), prometheus(agents));
    Files.writeString(
        folder.resolve("alertmanager.yaml"),
        """
        route: {receiver: none, group_by: [alertname], group_wait: 0s, group_interval: 1s}
        receivers: [{name: none}]
        """);
    processes =
        List.of(
            start(
                folder.resolve("alertmanager.log"),
                program("prometheus-alertmanager"),
                "--config.file=" + folder.resolve("alertmanager.yaml"),
                "--storage.path=" + folder.resolve("alertmanager"),
                "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:" + alertmanager),
            start(
                folder.resolve("prometheus.log"),
                program("prometheus"),
                "--config.file=" + folder.resolve("prometheus.yaml"),
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--rules.alert.resend-delay=1s",
                "--web.listen-address=127.0.0.1:" + prometheus));
  }

  /**
   * Starts both.
   *
   * @param agents the management ports by name
   */
  static Monitoring start(Path folder, Path rules, Map<String, Integer> agents) throws IOException {
    var monitoring = new Monitoring(folder, rules, agents);
    try {
      Patience.assertSoon(() -> monitoring.answers());
    } catch (AssertionError | RuntimeException never) {
      monitoring.close();
      throw new AssertionError("see the logs in " + folder, never);
    }
    return monitoring;
  }

  private boolean answers() {
    try {
      return query("count(kms_agent_build_info)").isPresent() && alerts() != null;
    } catch (UncheckedIOException | JsonSyntaxException notYet) {
      return false;
    }
  }

  private static String program(String name) {
    return Path.of(System.getProperty("kmsagent.monitoring"), "usr/bin", name).toString();
  }

  private static Process start(Path log, Object... words) {
    return SystemCommand.of(words).launchInto(log);
  }

  static String scaled(String rules) {
    var windows = WINDOW.matcher(rules).replaceAll(it -> shorter(it.group(1), it.group(2)) + "ms");
    return SECONDS.matcher(windows).replaceAll(it -> "" + Integer.parseInt(it.group()) / FACTOR);
  }

  private static long shorter(String number, String unit) {
    return Long.parseLong(number) * Objects.requireNonNull(UNITS.get(unit)) * 1000 / FACTOR;
  }

  private String prometheus(Map<String, Integer> agents) {
    var targets =
        agents.entrySet().stream()
            .map(
                agent ->
                    "      - {targets: ['127.0.0.1:%d'], labels: {namespace: shop, pod: %s}}%n"
                        .formatted(agent.getValue(), agent.getKey()))
            .collect(Collectors.joining());
    return """
    global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
    rule_files: [rules.yaml]
    alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:%d']}]}]}
    scrape_configs:
      - job_name: kms-agent
        static_configs:
    %s"""
        .formatted(alertmanager, targets);
  }

  /** The names of the alerts that Alertmanager has. */
  Set<String> alerts() {
    return get(alertmanager, "/api/v2/alerts?active=true").getAsJsonArray().asList().stream()
        .map(it -> it.getAsJsonObject().getAsJsonObject("labels").get("alertname").getAsString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether an alert fires, or may soon. */
  boolean isQuiet() {
    return query("ALERTS{alertstate=~'firing|pending'}").isEmpty() && alerts().isEmpty();
  }

  /** What the query gives now, a line for each series; empty if it gives nothing. */
  Optional<String> query(String expression) {
    var encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    var answer = get(prometheus, "/api/v1/query?query=" + encoded).getAsJsonObject();
    if (!answer.get("status").getAsString().equals("success")) {
      throw new AssertionError(expression + ": " + answer);
    }
    var series = answer.getAsJsonObject("data").getAsJsonArray("result").asList();
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            series.stream().map(Monitoring::text).sorted().collect(Collectors.joining("\n")));
  }

  private static String text(JsonElement series) {
    var labels = new TreeMap<>(series.getAsJsonObject().getAsJsonObject("metric").asMap());
    var value = series.getAsJsonObject().getAsJsonArray("value").get(1).getAsString();
    labels.keySet().removeAll(List.of("__name__", "instance", "job"));
    return "    " + labels + " " + value;
  }

  private static JsonElement get(int port, String path) {
    return JsonParser.parseString(new AgentClient(port).get(path).body());
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
