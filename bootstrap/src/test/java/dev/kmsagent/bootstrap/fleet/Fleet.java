package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.fleet.Application.Reads;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Agents that start within a minute and run for an hour, on one KMS and one STS.
 *
 * @param settings what their configuration says besides the defaults
 */
record Fleet(String name, int agents, String settings, CallQuota kms) {
  /** What an account has of STS. */
  static final CallQuota STS = CallQuota.perMinute(500);

  private static final Duration READ_EVERY = Duration.ofSeconds(60);
  private static final Duration RUN = Duration.ofHours(1);

  /** The last part of the run. */
  private static final Duration MEASURED = Duration.ofMinutes(20);

  private static final Duration STARTS_WITHIN = Duration.ofMinutes(1);
  private static final long SEED = 42;

  private static final List<SecretQuery> NAMES =
      IntStream.range(0, 20).mapToObj(i -> Secrets.current("app/secret-" + i)).toList();

  private static final MeasuredPage PAGE =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "fleet-simulation.md"),
          "fleet.write",
          "build/simulations");

  /** The part of the page on fleets says {@code content}; it does after it was written anew. */
  static void verifyPage(String part, String content) {
    PAGE.verify(part, "\n" + content + "\n");
  }

  /**
   * The last part of a run.
   *
   * @param row all of it, as a row of the table
   */
  record Report(
      String name,
      double kmsPerMinute,
      double throttledShare,
      long failedReads,
      double staleShare,
      Duration longestWait,
      String row) {
    static final String HEAD =
        """
        | fleet | KMS quota | KMS calls/min | peak/s | throttled | STS calls/min | peak | reads failed | stale | longest wait | all loaded after |
        |---|---|---|---|---|---|---|---|---|---|---|
        """;
  }

  /** Runs a fleet so many times smaller, on quotas that are as much smaller. */
  Report run(int parts) {
    var quota = kms.dividedBy(parts);
    var cloud = new FleetCloud(quota, STS.dividedBy(parts), SEED);
    var from = cloud.time.instant().plus(RUN).minus(MEASURED);
    var reads = new Reads(cloud.time, from);
    var loaded = new ArrayList<Instant>();
    Runnable load = () -> loaded.add(cloud.time.instant());
    var config = SimulatedAgent.config(settings);
    for (int i = 0; i < agents / parts; i++) {
      var agent = cloud.agent(config, _ -> {});
      var application = new Application(agent, NAMES, cloud, READ_EVERY, reads, load);
      var startsAfter = cloud.random.nextLong(STARTS_WITHIN.toNanos());
      cloud.time.schedule(Duration.ofNanos(startsAfter), application::start);
    }
    cloud.time.advance(RUN);
    var kmsPerMinute = (double) cloud.kms.since(from) / MEASURED.toMinutes();
    var throttledShare = cloud.kms.throttledSince(from);
    var staleShare = (double) reads.stale / reads.all;
    var row =
        String.format(
            Locale.ROOT,
            "| %s | %s | %.0f | %d | %.1f %% | %.0f | %d | %d | %.1f %% | %d ms | %s |%n",
            name,
            quota,
            kmsPerMinute,
            cloud.kms.peak(Duration.ofSeconds(1), from),
            100 * throttledShare,
            (double) cloud.sts.since(from) / MEASURED.toMinutes(),
            cloud.sts.peak(Duration.ofMinutes(1), from),
            reads.failed,
            100 * staleShare,
            reads.longestWait.toMillis(),
            loaded.size() == agents / parts
                ? Duration.between(VirtualTime.START, loaded.getLast()).toMinutes() + " min"
                : "not yet");
    return new Report(
        name, kmsPerMinute, throttledShare, reads.failed, staleShare, reads.longestWait, row);
  }
}
