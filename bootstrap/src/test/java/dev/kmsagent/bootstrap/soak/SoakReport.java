package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of a soak, as the measured part of {@code docs/internals/soak.md}. */
record SoakReport(
    Run run, Judge judge, Timeline timeline, List<Samples> samples, Latencies latencies) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  /**
   * What was done besides faults.
   *
   * @param counts by what it was
   */
  record Run(String command, Instant end, Duration length, Map<String, Long> counts) {
    Run {
      counts = new TreeMap<>(counts);
    }
  }

  SoakReport {
    samples = List.copyOf(samples);
  }

  /** Whether the agents did as documented, and what they use is flat. */
  boolean isGood() {
    return judge.notAllowed() == 0
        && (!Flatness.isJudged(run.length())
            || samples.stream()
                .allMatch(
                    of ->
                        Arrays.stream(Samples.Figure.values())
                            .allMatch(figure -> Flatness.of(of, figure).isFlat())));
  }

  String text() {
    return String.join("\n", summary(), counts(), failures(), waits(), faults(), use());
  }

  private String summary() {
    return "%s. `%s`: %s on %d processors for agents, load and emulator, Linux %s, JDK %s.\n"
        .formatted(
            DATE.format(run.end()),
            run.command(),
            "%.1f minutes".formatted(run.length().toMillis() / 60_000.0),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.version").replaceFirst("-.*", ""),
            System.getProperty("java.version"));
  }

  private String counts() {
    return table("what was done", "times", run.counts());
  }

  private String failures() {
    var rows = new TreeMap<>(judge.allowed());
    return table("reads that failed, and why they may", "times", rows)
        + "| **not allowed** | **%,d** |\n".formatted(judge.notAllowed());
  }

  private static String table(String what, String count, Map<String, Long> rows) {
    return "| %s | %s |\n|---|---|\n".formatted(what, count)
        + rows.entrySet().stream()
            .map(row -> "| %s | %,d |\n".formatted(row.getKey(), row.getValue()))
            .collect(joining());
  }

  private String waits() {
    return "| reads of cached values | count | p50 | p99 | p99.9 |\n|---|---|---|---|---|\n"
        + wait("fresh, on kept connections", latencies.kept())
        + wait("fresh, on new connections", latencies.onNew())
        + wait("stale", latencies.stale());
  }

  private static String wait(String kind, Histogram of) {
    return "| %s | %,d | %s | %s | %s |\n"
        .formatted(
            kind,
            of.count(),
            millis(of.quantile(0.5)),
            millis(of.quantile(0.99)),
            millis(of.quantile(0.999)));
  }

  private static String millis(Duration time) {
    return "%.1f ms".formatted(time.toNanos() / 1_000_000.0);
  }

  /** A row for each service: the number of its faults, and of their kinds. */
  private String faults() {
    var services = new TreeMap<String, TreeMap<String, Integer>>();
    timeline.all().stream()
        .filter(window -> !window.name().equals(IdentityOutages.SEVERAL))
        .forEach(
            window ->
                services
                    .computeIfAbsent(window.service(), _ -> new TreeMap<>())
                    .merge(window.name(), 1, Integer::sum));
    return "| service | faults | kinds |\n|---|---|---|\n"
        + services.entrySet().stream()
            .map(service -> row(service.getKey(), service.getValue()))
            .collect(joining());
  }

  private static String row(String service, Map<String, Integer> kinds) {
    var all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    return "| %s | %d | %d |\n".formatted(service, all, kinds.size());
  }

  private String use() {
    return """
        | agent | figure | at begin | second third | last third | at end | growth in an hour | flat |
        |---|---|---|---|---|---|---|---|
        """
        + samples.stream()
            .flatMap(of -> Arrays.stream(Samples.Figure.values()).map(figure -> row(of, figure)))
            .collect(joining());
  }

  private String row(Samples of, Samples.Figure figure) {
    var flatness = Flatness.of(of, figure);
    return "| %s | %s | %.0f | %.0f | %.0f | %.0f | %+.0f | %s |\n"
        .formatted(
            of.target(),
            figure.title(),
            figure.of(of.all().getFirst()),
            flatness.second(),
            flatness.last(),
            figure.of(of.all().getLast()),
            flatness.slope(run.length()),
            verdict(flatness));
  }

  private String verdict(Flatness flatness) {
    if (!Flatness.isJudged(run.length())) {
      return "not judged";
    }
    return flatness.isFlat() ? "yes" : "**no**";
  }
}
