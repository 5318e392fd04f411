package dev.kmsagent.bootstrap.drill;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prometheus with the rules that ship, all of whose windows are {@link #FACTOR} times shorter. */
final class Monitoring implements AutoCloseable {
  /** A scrape each 30 s becomes one each second. */
  static final int FACTOR = 30;

  private static final Pattern WINDOW = Pattern.compile("(?<=\\[|for: )(\\d+)([smhd])");
  private static final Pattern SECONDS =
      Pattern.compile("(?<=_seconds < |_left\\[\\d{1,3}[smhd]]\\) < )\\d+");
  private static final Map<String, Integer> UNITS = Map.of("s", 1, "m", 60, "h", 3600, "d", 86_400);

  private final int port = FreePort.next();
  private final Process process;

  private Monitoring(Path folder, Path rules, Map<String, AgentProcess> agents) throws IOException {
    Files.writeString(folder.resolve("rules.yaml"), scaled(Files.readString(rules)));
    var config = Files.writeString(folder.resolve("prometheus.yaml"), config(agents));
    process =
        SystemCommand.of(
                Path.of(System.getProperty("kmsagent.monitoring"), "usr/bin/prometheus"),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port)
            .launchInto(folder.resolve("prometheus.log"));
  }

  /** Starts it for agents that have names. */
  static Monitoring start(Path folder, Path rules, Map<String, AgentProcess> agents)
      throws IOException {
    var monitoring = new Monitoring(folder, rules, agents);
    try {
      Patience.assertSoon(monitoring::answers);
    } catch (AssertionError | RuntimeException never) {
      monitoring.close();
      throw new AssertionError("see the log in " + folder, never);
    }
    return monitoring;
  }

  private boolean answers() {
    try {
      return hasData("count(kms_agent_build_info)");
    } catch (UncheckedIOException | JsonSyntaxException notYet) {
      return false;
    }
  }

  static String scaled(String rules) {
    var limits =
        SECONDS.matcher(rules).replaceAll(it -> "" + Integer.parseInt(it.group()) / FACTOR);
    return WINDOW.matcher(limits).replaceAll(it -> shorter(it.group(1), it.group(2)) + "ms");
  }

  private static long shorter(String number, String unit) {
    return Long.parseLong(number) * Objects.requireNonNull(UNITS.get(unit)) * 1000 / FACTOR;
  }

  private static String config(Map<String, AgentProcess> agents) {
    var targets =
        agents.entrySet().stream()
            .map(
                agent ->
                    "      - {targets: ['127.0.0.1:%d'], labels: {namespace: shop, pod: %s}}%n"
                        .formatted(agent.getValue().management().port(), agent.getKey()))
            .collect(Collectors.joining());
    return """
    global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
    rule_files: [rules.yaml]
    scrape_configs:
      - job_name: kms-agent
        static_configs:
    %s"""
        .formatted(targets);
  }

  /** The names of the alerts that fire. */
  Set<String> alerts() {
    return series("ALERTS{alertstate='firing'}")
        .map(alert -> alert.getAsJsonObject("metric").get("alertname").getAsString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether no alert fires, or may soon. */
  boolean isQuiet() {
    return !hasData("ALERTS");
  }

  /** Whether the query gives anything now. */
  boolean hasData(String expression) {
    return series(expression).findAny().isPresent();
  }

  private Stream<JsonObject> series(String expression) {
    var query = "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
    var answer = new AgentClient(port).get(query).json();
    if (!answer.get("status").getAsString().equals("success")) {
      throw new AssertionError(expression + ": " + answer);
    }
    return answer.getAsJsonObject("data").getAsJsonArray("result").asList().stream()
        .map(JsonElement::getAsJsonObject);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
