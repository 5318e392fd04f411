package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.simulation.Configurations;
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
import java.util.Optional;
import java.util.SplittableRandom;
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
   * @param loaded after which time every application had all its secrets; empty if one never had
   */
  record Report(
      String name,
      CallQuota quota,
      double kmsPerMinute,
      int kmsPeakPerSecond,
      double throttledShare,
      double stsPerMinute,
      int stsPeakPerMinute,
      long failedReads,
      double staleShare,
      Duration longestWait,
      Optional<Duration> loaded) {
    static final String HEAD =
        """
        | fleet | KMS quota | KMS calls/min | peak/s | throttled | STS calls/min | peak | reads failed | stale | longest wait | all loaded after |
        |---|---|---|---|---|---|---|---|---|---|---|
        """;

    /** A line of the table. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %.0f | %d | %.1f %% | %.0f | %d | %d | %.1f %% | %d ms | %s |%n",
          name,
          quota,
          kmsPerMinute,
          kmsPeakPerSecond,
          100 * throttledShare,
          stsPerMinute,
          stsPeakPerMinute,
          failedReads,
          100 * staleShare,
          longestWait.toMillis(),
          loaded.map(after -> after.toMinutes() + " min").orElse("not yet"));
    }
  }

  /** Runs a fleet so many times smaller, on quotas that are as much smaller. */
  Report run(int parts) {
    var cloud =
        FleetCloud.of(kms.dividedBy(parts), STS.dividedBy(parts), new SplittableRandom(SEED));
    var from = cloud.time().instant().plus(RUN).minus(MEASURED);
    var reads = new Reads(cloud.time(), from);
    var loaded = new ArrayList<Instant>();
    Runnable load = () -> loaded.add(cloud.time().instant());
    var config = Configurations.with(settings);
    var all = IntStream.range(0, agents / parts).mapToObj(_ -> cloud.agent(config)).toList();
    for (var agent : all) {
      var application = new Application(agent, NAMES, cloud, READ_EVERY, reads, load);
      var startsAfter = cloud.random().nextLong(STARTS_WITHIN.toNanos());
      cloud.time().schedule(Duration.ofNanos(startsAfter), application::start);
    }
    cloud.time().advance(RUN);
    return new Report(
        name,
        kms.dividedBy(parts),
        (double) cloud.kms().calls().since(from) / MEASURED.toMinutes(),
        cloud.kms().calls().peak(Duration.ofSeconds(1), from),
        cloud.kms().calls().throttledSince(from),
        (double) cloud.sts().calls().since(from) / MEASURED.toMinutes(),
        cloud.sts().calls().peak(Duration.ofMinutes(1), from),
        reads.failed,
        (double) reads.stale / reads.all,
        reads.longestWait,
        Optional.of(loaded)
            .filter(times -> times.size() == all.size())
            .map(times -> Duration.between(VirtualTime.START, times.getLast())));
  }
}
