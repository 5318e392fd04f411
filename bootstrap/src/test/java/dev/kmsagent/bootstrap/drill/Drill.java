package dev.kmsagent.bootstrap.drill;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.kmsagent.testkit.MeasuredPage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Lets one thing after another go wrong, and reports which alert says so. */
final class Drill {
  private static final Path MONITORING = Path.of("deploy/monitoring");
  private static final Duration LONGEST = Duration.ofSeconds(90);

  /** Agents that were throttled call less for up to fifteen minutes. */
  private static final Duration RECOVERY = Duration.ofMinutes(17);

  /** Longer than agents pause between calls in an outage: an alert may come back until then. */
  private static final Duration CALM = Duration.ofSeconds(40);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Testbed testbed;
  private final Monitoring monitoring;
  private final PrintStream out;
  private final Map<String, String> queries;
  private final List<String> rows = new ArrayList<>();
  private final TreeSet<String> withoutData;
  private boolean good = true;

  private Drill(Testbed testbed, Monitoring monitoring, PrintStream out) throws IOException {
    this.testbed = testbed;
    this.monitoring = monitoring;
    this.out = out;
    this.queries = queries();
    this.withoutData = new TreeSet<>(queries.keySet());
  }

  /** The queries of the dashboard, for all pods and for the rate of scrapes here. */
  private static Map<String, String> queries() throws IOException {
    var text = Files.readString(MONITORING.resolve("dashboard.json"));
    return JsonParser.parseString(text).getAsJsonObject().getAsJsonArray("panels").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .flatMap(
            panel ->
                panel.getAsJsonArray("targets").asList().stream()
                    .map(it -> it.getAsJsonObject())
                    .map(
                        it ->
                            Map.entry(
                                panel.get("title").getAsString()
                                    + ", "
                                    + it.get("refId").getAsString(),
                                it.get("expr")
                                    .getAsString()
                                    .replace("$namespace", ".*")
                                    .replace("$pod", ".*")
                                    .replace("$__rate_interval", "6s"))))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  public static void main(String[] args) throws Exception {
    var options = Arrays.asList(args);
    var blind = options.indexOf("--blind");
    var folder = Files.createTempDirectory("drill-");
    var good = false;
    try (var testbed = new Testbed(folder);
        var monitoring =
            Monitoring.start(folder, MONITORING.resolve("alerts.yaml"), testbed.ports())) {
      var drill = new Drill(testbed, monitoring, System.out);
      var stories = new ArrayList<>(testbed.stories());
      if (blind >= 0) {
        good = drill.blind(stories, Path.of(options.get(blind + 1)));
      } else {
        var only = options.indexOf("--only");
        if (only >= 0) {
          stories.removeIf(story -> !story.name().equals(options.get(only + 1)));
        }
        good = drill.run(stories);
      }
      if (options.contains("--write")) {
        new MeasuredPage(
                Path.of("docs/internals/drill.md"), "--write", "deploy/monitoring/drill --write")
            .write("result", drill.report());
      }
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(List<Story> stories) throws Exception {
    for (var story : stories) {
      play(story, () -> out.println(story.name()));
    }
    out.println(report());
    return isGood();
  }

  private boolean isGood() {
    return good && withoutData.isEmpty();
  }

  private void play(Story story, Story.Change witness) throws Exception {
    awaitQuiet();
    var logged = testbed.log(story.agent()).length();
    var start = System.nanoTime();
    story.strike().make();
    var alerts = new TreeSet<String>();
    var fired =
        until(
            () -> {
              alerts.addAll(monitoring.alerts());
              return alerts.contains(story.alert());
            });
    var seconds = seconds(start);
    // What else fires comes at most as much later as the longest "for" of the rules is long.
    until(
        Duration.ofSeconds(20),
        () -> {
          alerts.addAll(monitoring.alerts());
          return false;
        });
    recordData();
    witness.make();
    var readiness = readiness(story.agent());
    var log = events(story.agent(), logged);
    story.mend().make();
    var mended = System.nanoTime();
    var latest = new AtomicLong(mended);
    var quiet =
        until(
            RECOVERY,
            () -> {
              var now = System.nanoTime();
              var firing = monitoring.alerts();
              alerts.addAll(firing);
              if (!firing.isEmpty()) {
                latest.set(now);
              }
              return now - latest.get() > CALM.toNanos();
            });
    alerts.remove(story.alert());
    good &= fired && quiet && alerts.isEmpty();
    var row =
        "| %s | %s | %s | %s | %s | %s | %s |"
            .formatted(
                story.name(),
                fired ? "`" + story.alert() + "`" : "**none**",
                fired ? "%.0f".formatted(seconds) : "-",
                alerts.isEmpty() ? "none" : String.join(", ", alerts),
                readiness,
                log,
                quiet
                    ? "yes, quiet after %.0f s".formatted((latest.get() - mended) / 1e9)
                    : "**no**");
    rows.add(row);
  }

  /**
   * Plays them in another order, and writes what an operator sees without their names. Agents that
   * were throttled call less for long, so that this one is the last.
   */
  private boolean blind(List<Story> stories, Path folder) throws Exception {
    Collections.shuffle(stories.subList(0, stories.size() - 1), new Random(System.nanoTime()));
    Files.createDirectories(folder);
    for (int i = 0; i < stories.size(); i++) {
      var file = folder.resolve("case-" + (i + 1) + ".txt");
      play(stories.get(i), () -> Files.writeString(file, evidence()));
    }
    Files.writeString(folder.resolve("key"), report());
    return isGood();
  }

  private String evidence() {
    var text = new StringBuilder();
    new TreeMap<>(queries)
        .forEach(
            (panel, query) ->
                text.append("# ")
                    .append(panel)
                    .append('\n')
                    .append(monitoring.query(query).orElse("    no data"))
                    .append('\n'));
    testbed
        .ports()
        .keySet()
        .forEach(
            agent ->
                text.append("# /readyz of ")
                    .append(agent)
                    .append("\n    ")
                    .append(testbed.agent(agent).management().get("/readyz").body())
                    .append('\n'));
    return text.toString();
  }

  private void recordData() {
    withoutData.removeIf(
        panel -> monitoring.query(Objects.requireNonNull(queries.get(panel))).isPresent());
  }

  /** The dependencies that fail, as the agent says it to people. */
  private String readiness(String agent) {
    var health = testbed.agent(agent).management().get("/readyz").json();
    var failing =
        health.getAsJsonObject("dependencies").asMap().entrySet().stream()
            .map(it -> Map.entry(it.getKey(), it.getValue().getAsJsonObject()))
            .filter(it -> it.getValue().has("outcome"))
            .map(
                it ->
                    "%s: `%s %s`, %s"
                        .formatted(
                            it.getKey(),
                            it.getValue().get("outcome").getAsString(),
                            it.getValue().get("code").getAsString(),
                            it.getValue().get("runbook").getAsString().replaceAll(".*#", "#"))
                        .replace(" `,", "`,"))
            .collect(Collectors.joining("; "));
    return failing.isEmpty() ? health.get("status").getAsString() : failing;
  }

  /** The events in the log since then, each once. */
  private String events(String agent, int since) throws IOException {
    var log = testbed.log(agent);
    return log.substring(Math.min(since, log.length()))
        .lines()
        .filter(line -> line.contains("WARN") || line.contains("entry_evicted"))
        .map(line -> line.replaceFirst(".*\"event\":\"(\\w+)\".*", "`$1`"))
        .distinct()
        .limit(4)
        .collect(Collectors.joining(", "));
  }

  private void awaitQuiet() {
    if (!until(Duration.ofMinutes(3), monitoring::isQuiet)) {
      throw new AssertionError("alerts do not end: " + monitoring.alerts());
    }
  }

  /** A condition that is looked at again and again. */
  private interface Condition {
    boolean holds();
  }

  private static boolean until(Condition condition) {
    return until(LONGEST, condition);
  }

  private static boolean until(Duration limit, Condition condition) {
    var end = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
    return true;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private String report() {
    return """

    %s: two agents of the distribution, Prometheus and Alertmanager of Debian. All windows of the rules are %d times
    shorter, and a scrape each 30 s is one each second: a second here stands for %d s. Delays of the agents are as
    they ship, but for a TTL of 3 s and keys of 40 s.

    | story | alert | seconds until it | other alerts | readiness | log | mended by the page |
    |---|---|---|---|---|---|---|
    %s

    Queries of the dashboard without data in this run: %s.
    """
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Monitoring.FACTOR,
            Monitoring.FACTOR,
            String.join("\n", rows),
            withoutData.isEmpty() ? "none" : String.join("; ", withoutData));
  }
}
