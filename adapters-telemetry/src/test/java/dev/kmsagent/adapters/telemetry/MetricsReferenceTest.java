package dev.kmsagent.adapters.telemetry;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/metrics.md} has each metric as a scrape describes it; and each event of the log with
 * its fields: those that the events of the agent become, and those that other modules log
 * themselves, by their source.
 */
final class MetricsReferenceTest {
  private static final Path MONITORING = Path.of("..", "deploy", "monitoring");
  private static final Pattern OUTCOME = Pattern.compile("(?m)^\\| `([a-z_]+)` \\| [^|]+ \\|$");
  private static final Pattern MENTION = Pattern.compile("kms_agent_\\w+");
  private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\w+) (.+)");
  private static final Pattern LABEL = Pattern.compile("[{,](?!le=)(\\w+)=\"");
  private static final Pattern OF_OUTCOME = Pattern.compile("outcome=\"(\\w+)\"");

  private static final MeasuredPage PAGE =
      new MeasuredPage(
          Path.of("..", "docs", "metrics.md"),
          "logs.write",
          "./mvnw test -pl adapters-telemetry -am -Dtest=MetricsReferenceTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false");

  /** From the start of a statement that logs to its event. */
  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?s)(?:LOG|getLogger\\([^)]*\\))\\s*\\.at(?<level>\\w+)\\(\\)"
              + "(?<fields>(?:(?!LOG\\b).)*?)\\.log\\(\"(?<event>[a-z_]+)\"\\)");

  /** A line that is made without a logger. */
  private static final Pattern LINE =
      Pattern.compile(
          "(?<fields>(?:new KeyValuePair[^;]*)+);[^}]*?new LoggingEvent\\([^;]*"
              + "Level.(?<level>\\w+), \"(?<event>[a-z_]+)\"");

  private static final Pattern ENDS = Pattern.compile("\\.log\\([^;]*;");
  private static final Pattern NAME = Pattern.compile("\"([a-z]+(?:_[a-z]+)+)\"");
  private static final Pattern FIELD = Pattern.compile("KeyValue(?:Pair)?\\(\\s*\"(\\w+)\"");

  private static final Caller CALLER =
      new Caller(new Subject("shop", "app"), "pod-1", new Principal("acs:ram::1:role/app"));

  /** Of an agent with a key of its own, and of one that serves each pod with that pod's. */
  private final List<MetricsEvents> agents =
      List.of(metrics(Configs.KEY, Configs.FOLDER, Configs.FILES), metrics(Configs.PODS));

  private record Metric(String help, String type, Set<String> labels) {}

  private final Set<String> atFirst = new HashSet<>();

  @BeforeEach
  void everything_happens() {
    agents.forEach(MetricsReferenceTest::begin);
    atFirst.addAll(counters());
    agents.forEach(MetricsReferenceTest::everythingHappens);
  }

  private static MetricsEvents metrics(String... config) {
    var time = new VirtualTime();
    return new MetricsEvents(Configs.of(config), time, "1.2.3", new LogLosses(time));
  }

  private static void begin(MetricsEvents metrics) {
    metrics.watch(new FakeSecretCache()::occupancy);
    metrics.watch((_, _, _) -> CompletableFuture.completedStage(AuditTrail.Delivery.WRITTEN));
    metrics.watch(() -> 0);
    metrics.expect(List.of(new RequestRejected(403, "said", "said", new Sender(""), "")));
  }

  private static void everythingHappens(MetricsEvents metrics) {
    var events = Examples.direct(metrics.handlers());
    Events.ofEveryKind(Examples.QUERY, Examples.SECRET, "said", Duration.ZERO)
        .forEach(events::publish);
    // A key that has ended has no seconds left to show.
    events.publish(Examples.event("key:60", Examples.QUERY));
  }

  @Test
  void it_lists_every_metric_with_its_type_labels_and_help() {
    var rows =
        exposed().entrySet().stream()
            .map(it -> row(it.getKey(), it.getValue()))
            .collect(
                joining("", "\n| metric | type | labels | meaning |\n|---|---|---|---|\n", "\n"));

    PAGE.verify("metrics", rows);
  }

  private static String row(String name, Metric metric) {
    return "| `%s` | %s | %s | %s |%n"
        .formatted(name, metric.type(), spans(metric.labels()), metric.help());
  }

  private static String spans(Set<String> names) {
    return names.stream().map(it -> "`" + it + "`").collect(joining(", "));
  }

  @Test
  void no_series_of_a_counter_begins_later_where_its_values_are_known() {
    assertThat(counters()).isEqualTo(atFirst).hasSizeGreaterThan(100);
  }

  private Set<String> counters() {
    return scraped().stream()
        .filter(line -> line.matches("\\w+_(total|count)\\b.*"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(toSet());
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
            PAGE.file(), MONITORING.resolve("alerts.yaml"), MONITORING.resolve("dashboard.json"))) {
      var mentions = MENTION.matcher(Files.readString(file)).results().map(MatchResult::group);
      assertThat(mentions.map(name -> name.replaceAll("_bucket$", "")))
          .isNotEmpty()
          .allMatch(metric::contains);
    }
  }

  /** The metrics as Prometheus reads them. */
  private Map<String, Metric> exposed() {
    var exposed = new TreeMap<String, Metric>();
    var metric = new Metric("", "", Set.of());
    for (var line : scraped()) {
      var comment = COMMENT.matcher(line);
      if (comment.matches() && comment.group(1).equals("HELP")) {
        metric = new Metric(comment.group(3), "", Set.of());
      } else if (comment.matches()) {
        metric = new Metric(metric.help(), comment.group(3), new TreeSet<>());
        exposed.merge(comment.group(2), metric, (known, _) -> known);
      } else {
        LABEL.matcher(line).results().map(it -> it.group(1)).forEach(metric.labels()::add);
      }
    }
    return exposed;
  }

  private List<String> scraped() {
    return agents.stream().flatMap(metrics -> Examples.scraped(metrics).stream()).toList();
  }

  private static Stream<MatchResult> all(Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(PAGE.file())).results();
  }

  private final Map<String, Line> lines = new TreeMap<>();

  private record Line(TreeSet<String> levels, TreeSet<String> fields) {}

  private Line line(String event) {
    return lines.computeIfAbsent(event, _ -> new Line(new TreeSet<>(), new TreeSet<>()));
  }

  @Test
  void it_lists_every_event_with_its_fields() {
    everythingIsLogged().forEach(this::add);
    var becomeOfEvents = lines.size();
    sources()
        .flatMap(it -> Stream.of(STATEMENT, LINE).flatMap(that -> that.matcher(it).results()))
        .forEach(this::add);

    assertThat(lines.keySet()).containsAll(namesIn("adapters-telemetry"));
    assertThat(lines).hasSizeGreaterThan(becomeOfEvents + 5);
    PAGE.verify("log events", table());
  }

  /** Twice, since some lines follow others; and enough hits in a second for some to be left out. */
  private static List<ILoggingEvent> everythingIsLogged() {
    var time = new VirtualTime();
    try (var log = LogRecorder.ofOwnLogger().withDebug()) {
      var logging = new LoggingEvents(time, log.logger());
      var events = Examples.direct(logging.handlers());
      for (var query : List.of(Examples.QUERY, Secrets.byId("app/db", "v1"))) {
        Events.ofEveryKind(query, Examples.SECRET, "said", Duration.ZERO)
            .forEach(event -> repeat(event, events));
        events.publish(Examples.event("rejected:403:said:shop", query));
        events.publish(Examples.event("plain:shop", query));
        Stream.of("kms:shop:TIMEOUT", "kms:shop:FETCHED", "kms:shop:FETCHED")
            .forEach(it -> events.publish(Examples.event(it, query)));
        Stream.of("refresh-failed:shop:TIMEOUT", "revoked:shop:", "limited:shop:")
            .forEach(it -> events.publish(Examples.event(it, query)));
        time.advance(Duration.ofMinutes(1));
      }
      new FanOutEvents(List.of(FanOutEventsTest.Failing.ofAll()), log.logger())
          .publish(Examples.event("rejected:403:said", Examples.QUERY));
      return log.events();
    }
  }

  private static void repeat(AgentEvent event, AgentEvents events) {
    events.publish(event);
    if (event instanceof ReadEvent.SecretRead read) {
      IntStream.range(0, 200)
          .forEach(
              _ ->
                  events.publish(
                      new ReadEvent.SecretRead(
                          read.query(), read.outcome(), read.took(), Optional.of(CALLER))));
    }
  }

  private void add(ILoggingEvent event) {
    var line = line(event.getMessage());
    line.levels().add(event.getLevel().toString());
    Stream.ofNullable(event.getKeyValuePairs())
        .flatMap(List::stream)
        .forEach(pair -> line.fields().add(pair.key));
  }

  private void add(MatchResult statement) {
    var line = line(statement.group("event"));
    line.levels().add(statement.group("level").toUpperCase(Locale.ROOT));
    FIELD
        .matcher(statement.group("fields"))
        .results()
        .forEach(it -> line.fields().add(it.group(1)));
  }

  /** The texts with which the code of a module ends a line. */
  private static Set<String> namesIn(String module) {
    return sourcesOf(module)
        .flatMap(source -> ENDS.matcher(source).results())
        .flatMap(end -> NAME.matcher(end.group()).results())
        .map(name -> name.group(1))
        .collect(toSet());
  }

  private static Stream<String> sources() {
    return Stream.of("adapters-http", "adapters-kms", "adapters-cache", "bootstrap")
        .flatMap(MetricsReferenceTest::sourcesOf);
  }

  private static Stream<String> sourcesOf(String module) {
    var sources = new ArrayList<String>();
    try (var files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources.stream();
  }

  private String table() {
    return lines.entrySet().stream()
        .map(it -> row(it.getKey(), it.getValue()))
        .collect(joining("", "\n| event | level | fields |\n|---|---|---|\n", "\n"));
  }

  private static String row(String event, Line line) {
    return "| `%s` | %s | %s |%n"
        .formatted(event, String.join(", ", line.levels()), spans(line.fields()));
  }
}
