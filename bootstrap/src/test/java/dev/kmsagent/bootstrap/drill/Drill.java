package dev.kmsagent.bootstrap.drill;

import com.google.gson.JsonParser;
import dev.kmsagent.bootstrap.drill.Testbed.Story;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Lets one thing after another go wrong, and reports which alert says so. */
final class Drill {
  private static final Path MONITORING = Path.of("deploy/monitoring");
  private static final Duration LONGEST = Duration.ofSeconds(90);

  /** Agents that were throttled call less for up to fifteen minutes. */
  private static final Duration RECOVERY = Duration.ofMinutes(17);

  /** Longer than agents pause between calls in an outage: an alert may come back until then. */
  private static final Duration CALM = Duration.ofSeconds(40);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Monitoring monitoring;
  private final PrintStream out = System.out;
  private final Map<String, String> queries;
  private final List<String> rows = new ArrayList<>();
  private final TreeSet<String> withoutData;
  private boolean good = true;

  private Drill(Monitoring monitoring) throws IOException {
    this.monitoring = monitoring;
    this.queries = queries();
    this.withoutData = new TreeSet<>(queries.keySet());
  }

  /** The queries of the dashboard, for all pods and for the rate of scrapes here. */
  private static Map<String, String> queries() throws IOException {
    var text = Files.readString(MONITORING.resolve("dashboard.json"));
    var queries = new LinkedHashMap<String, String>();
    for (var panel : JsonParser.parseString(text).getAsJsonObject().getAsJsonArray("panels")) {
      for (var target : panel.getAsJsonObject().getAsJsonArray("targets")) {
        var query = target.getAsJsonObject();
        queries.put(
            panel.getAsJsonObject().get("title").getAsString() + ", " + query.get("refId"),
            query
                .get("expr")
                .getAsString()
                .replace("$namespace", ".*")
                .replace("$pod", ".*")
                .replace("$__rate_interval", "6s"));
      }
    }
    return queries;
  }

  public static void main(String[] args) throws Exception {
    var options = Arrays.asList(args);
    var folder = Files.createTempDirectory("drill-");
    var good = false;
    try (var testbed = new Testbed(folder);
        var monitoring =
            Monitoring.start(folder, MONITORING.resolve("alerts.yaml"), testbed.ports())) {
      var drill = new Drill(monitoring);
      var stories = new ArrayList<>(testbed.stories());
      var only = options.indexOf("--only");
      if (only >= 0) {
        stories.removeIf(story -> !story.name().equals(options.get(only + 1)));
      }
      good = drill.run(stories);
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
      out.println(story.name());
      play(story);
    }
    out.println(report());
    return good && withoutData.isEmpty();
  }

  private void play(Story story) throws Exception {
    if (!until(Duration.ofMinutes(3), monitoring::isQuiet)) {
      throw new AssertionError("alerts do not end: " + monitoring.alerts());
    }
    var alerts = new TreeSet<String>();
    var start = System.nanoTime();
    story.strike().make();
    var fired =
        until(
            LONGEST,
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
    withoutData.removeIf(
        panel -> monitoring.query(Objects.requireNonNull(queries.get(panel))).isPresent());
    story.mend().make();
    var mended = System.nanoTime();
    var latest = new AtomicLong(mended);
    var quiet =
        until(
            RECOVERY,
            () -> {
              var firing = monitoring.alerts();
              alerts.addAll(firing);
              if (!firing.isEmpty()) {
                latest.set(System.nanoTime());
              }
              return System.nanoTime() - latest.get() > CALM.toNanos();
            });
    alerts.remove(story.alert());
    good &= fired && quiet && alerts.isEmpty();
    rows.add(
        "| %s | %s | %s | %s | %s |"
            .formatted(
                story.name(),
                fired ? "`" + story.alert() + "`" : "**none**",
                fired ? "%.0f".formatted(seconds) : "-",
                alerts.isEmpty() ? "none" : String.join(", ", alerts),
                quiet
                    ? "yes, quiet after %.0f s".formatted((latest.get() - mended) / 1e9)
                    : "**no**"));
  }

  /** Whether a condition, which is looked at again and again, comes to hold. */
  private static boolean until(Duration limit, BooleanSupplier condition) {
    var end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
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

    | story | alert | seconds until it | other alerts | mended by the page |
    |---|---|---|---|---|
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
