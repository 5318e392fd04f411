package dev.kmsagent.adapters.telemetry;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} names each metric there is, as it is, and none that is not. */
final class MetricsReferenceTest {
  private static final Path REFERENCE = Path.of("..", "docs", "metrics.md");
  private static final Path MONITORING = Path.of("..", "deploy", "monitoring");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `((?:kms_agent|process)_\\w+)` \\| (\\w+) \\|([^|]*)\\|");
  private static final Pattern OUTCOME = Pattern.compile("(?m)^\\| `([a-z_]+)` \\| [^|]+ \\|$");
  private static final Pattern MENTION = Pattern.compile("kms_agent_\\w+");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\w+) (\\w+)");
  private static final Pattern LABEL = Pattern.compile("[{,](?!le=)(\\w+)=\"");
  private static final Pattern OF_OUTCOME = Pattern.compile("outcome=\"(\\w+)\"");
  private static final Pattern WORD = Pattern.compile("\\w+");

  /** Of an agent with a key of its own, and of one that serves each pod with that pod's. */
  private final List<MetricsEvents> agents =
      Stream.of(CredentialOrigin.ISSUED, CredentialOrigin.EACH_POD)
          .map(credentials -> new MetricsEvents(new VirtualTime(), credentials, "1.2.3"))
          .toList();

  private record Metric(String type, Set<String> labels) {}

  @BeforeEach
  void everything_happens() {
    agents.forEach(MetricsReferenceTest::everythingHappens);
  }

  private static void everythingHappens(MetricsEvents metrics) {
    metrics.watch(new FakeSecretCache()::occupancy);
    metrics.watch(new LogLosses(new VirtualTime()));
    metrics.limit(Map.of("cache_entries", 1));
    var events = Examples.direct(metrics.handlers());
    Events.ofEveryKind(Examples.QUERY, Examples.SECRET, "said", Duration.ZERO)
        .forEach(events::publish);
    // A key that has ended has no seconds left to show.
    events.publish(Examples.event("key:60", Examples.QUERY));
  }

  @Test
  void it_names_every_metric_with_its_type_and_labels() throws IOException {
    assertThat(documented()).isEqualTo(exposed());
  }

  @Test
  void it_names_every_outcome() throws IOException {
    var outcomes =
        scraped().stream()
            .flatMap(line -> OF_OUTCOME.matcher(line).results())
            .map(outcome -> outcome.group(1))
            .collect(toSet());
    assertThat(all(OUTCOME).map(row -> row.group(1)).collect(toSet())).isEqualTo(outcomes);
  }

  @Test
  void its_queries_the_alerts_and_the_dashboard_name_only_metrics_that_there_are()
      throws IOException {
    var metric = exposed().keySet();
    for (var file :
        List.of(
            REFERENCE, MONITORING.resolve("alerts.yaml"), MONITORING.resolve("dashboard.json"))) {
      var mentions = MENTION.matcher(Files.readString(file)).results().map(MatchResult::group);
      assertThat(mentions.map(name -> name.replaceAll("_bucket$", "")))
          .isNotEmpty()
          .allMatch(metric::contains);
    }
  }

  /** The metrics as Prometheus reads them. */
  private Map<String, Metric> exposed() {
    var exposed = new HashMap<String, Metric>();
    var metric = new Metric("none", Set.of());
    for (var line : scraped()) {
      var type = TYPE.matcher(line);
      if (type.matches()) {
        metric = new Metric(type.group(2), new HashSet<>());
        exposed.merge(type.group(1), metric, (known, _) -> known);
      } else if (!line.startsWith("#")) {
        LABEL.matcher(line).results().map(it -> it.group(1)).forEach(metric.labels()::add);
      }
    }
    return exposed;
  }

  private List<String> scraped() {
    return agents.stream().flatMap(metrics -> Examples.scraped(metrics).stream()).toList();
  }

  private static Map<String, Metric> documented() throws IOException {
    return all(ROW)
        .collect(toMap(row -> row.group(1), row -> new Metric(row.group(2), words(row.group(3)))));
  }

  private static Set<String> words(String cell) {
    return WORD.matcher(cell).results().map(MatchResult::group).collect(toSet());
  }

  private static Stream<MatchResult> all(Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(REFERENCE)).results();
  }
}
