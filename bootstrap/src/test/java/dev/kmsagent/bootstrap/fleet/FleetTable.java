package dev.kmsagent.bootstrap.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What was simulated, as a table in Markdown. */
final class FleetTable {
  private static final String HEAD =
      """
      | fleet | KMS quota | wants/min | KMS calls/min | peak/s | throttled | STS calls/min | peak | reads failed | stale | longest wait | all loaded after |
      |---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  private FleetTable() {}

  /**
   * @param wantedPerMinute the calls that it would make if KMS had no quota
   */
  record Row(String name, Fleet fleet, double wantedPerMinute, FleetReport got) {}

  static String of(List<Row> rows) {
    var table = new StringBuilder(HEAD);
    rows.forEach(row -> table.append(line(row)));
    return table.toString();
  }

  private static String line(Row row) {
    var got = row.got();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.0f | %.0f | %d | %.1f %% | %.0f | %d | %d | %.1f %% | %s | %s |%n",
        row.name(),
        row.fleet().kms(),
        row.wantedPerMinute(),
        got.kmsPerMinute(),
        got.kmsPeakPerSecond(),
        100 * got.throttledShare(),
        got.stsPerMinute(),
        got.stsPeakPerMinute(),
        got.failedReads(),
        100 * got.staleShare(),
        milliseconds(got.longestWait()),
        minutes(got.loaded()));
  }

  private static String milliseconds(Duration time) {
    return time.toMillis() + " ms";
  }

  private static String minutes(Optional<Duration> time) {
    return time.map(after -> after.toMinutes() + " min").orElse("not yet");
  }
}
