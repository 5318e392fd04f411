package dev.kmsagent.bootstrap.drill;

import com.google.gson.JsonParser;
import dev.kmsagent.bootstrap.drill.Testbed.Story;
import dev.kmsagent.testkit.MeasuredPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Lets one thing after another go wrong, and reports which alert says so. */
final class Drill {
  private static final Path MONITORING = Path.of("deploy/monitoring");
  private static final Duration LONGEST = Duration.ofSeconds(90);

  /** Agents that were throttled call less for up to fifteen minutes. */
  private static final Duration RECOVERY = Duration.ofMinutes(17);

  /** Longer than agents pause between calls in an outage: an alert may come back until then. */
  private static final Duration CALM = Duration.ofSeconds(40);

  /** What else fires comes at most as much later as the longest "for" of the rules is long. */
  private static final Duration LONGEST_FOR = Duration.ofSeconds(20);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Monitoring monitoring;
  private final List<String> rows = new ArrayList<>();
  private final Map<String, String> withoutData;
  private final Set<String> alerts = new TreeSet<>();
  private long lastAlert;
  private boolean good = true;

  private Drill(Monitoring monitoring) throws IOException {
    this.monitoring = monitoring;
    this.withoutData = queries();
  }

  /** The queries of the dashboard, for all pods and for the rate of scrapes here. */
  private static Map<String, String> queries() throws IOException {
    var text = Files.readString(MONITORING.resolve("dashboard.json"));
    var queries = new TreeMap<String, String>();
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
            Monitoring.start(folder, MONITORING.resolve("alerts.yaml"), testbed.agents)) {
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
      System.out.println(story.name());
      play(story);
    }
    System.out.println(report());
    return good && withoutData.isEmpty();
  }

  private void play(Story story) throws Exception {
    if (!until(Duration.ofMinutes(3), _ -> monitoring.isQuiet())) {
      throw new AssertionError("alerts do not end: " + monitoring.alerts());
    }
    alerts.clear();
    var start = System.nanoTime();
    story.strike().make();
    var fired = until(LONGEST, firing -> firing.contains(story.alert()));
    var seconds = (System.nanoTime() - start) / 1e9;
    until(LONGEST_FOR, _ -> false);
    withoutData.values().removeIf(monitoring::hasData);
    alerts.remove(story.alert());
    var others = alerts.isEmpty() ? "none" : String.join(", ", alerts);
    good &= fired && alerts.isEmpty();
    story.mend().make();
    var mended = System.nanoTime();
    lastAlert = mended;
    var quiet = until(RECOVERY, _ -> System.nanoTime() - lastAlert > CALM.toNanos());
    good &= quiet;
    rows.add(
        "| %s | %s | %s | %s | %s |"
            .formatted(
                story.name(),
                fired ? "`" + story.alert() + "`" : "**none**",
                fired ? "%.0f".formatted(seconds) : "-",
                others,
                quiet
                    ? "yes, quiet after %.0f s".formatted((lastAlert - mended) / 1e9)
                    : "**no**"));
  }

  /** Notes alerts until a condition holds for those that fire; whether it came to hold. */
  private boolean until(Duration limit, Predicate<Set<String>> condition) {
    var end = System.nanoTime() + limit.toNanos();
    for (var firing = monitoring.alerts(); ; firing = monitoring.alerts()) {
      alerts.addAll(firing);
      lastAlert = firing.isEmpty() ? lastAlert : System.nanoTime();
      if (condition.test(firing)) {
        return true;
      }
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  private String report() {
    return """

    %s: two agents of the distribution, Prometheus of Debian. All windows of the rules are %d times shorter, and a
    scrape each 30 s is one each second: a second here stands for %d s. Delays of the agents are as they ship, but for
    a TTL of 3 s and keys of 40 s.

    | story | alert | seconds until it | others before it is mended | mended by the page |
    |---|---|---|---|---|
    %s

    Queries of the dashboard without data in this run: %s.
    """
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Monitoring.FACTOR,
            Monitoring.FACTOR,
            String.join("\n", rows),
            withoutData.isEmpty() ? "none" : String.join("; ", withoutData.keySet()));
  }
}
