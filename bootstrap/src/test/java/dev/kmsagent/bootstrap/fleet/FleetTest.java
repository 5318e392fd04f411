package dev.kmsagent.bootstrap.fleet;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.fleet.Application.Reads;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.event.CredentialEvent.CredentialsObtained;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand agents, or a tenth of them. */
class FleetTest {
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

  /**
   * What an account has on the shared gateway of a region for GetSecretValue and DescribeSecret
   * together: https://help.aliyun.com/zh/kms/product-overview/performance-data. It cannot be
   * raised.
   */
  private static final CallQuota SHARED_GATEWAY = CallQuota.perSecond(450);

  /** An instance that gives a thousand secrets a second; it is sold by such a figure. */
  private static final CallQuota INSTANCE = CallQuota.perSecond(1000);

  /** As if KMS granted no more than STS. */
  private static final CallQuota STRICT = STS;

  private static final int AGENTS = 10_000;
  private static final boolean FULL = System.getProperty("fleet.full") != null;
  private static final int PARTS = FULL ? 1 : 10;

  private static final List<Fleet> FLEETS =
      List.of(
          new Fleet("defaults", AGENTS, "", SHARED_GATEWAY),
          new Fleet("`TtlSeconds = 900`", AGENTS, "Cache.TtlSeconds = 900", SHARED_GATEWAY),
          new Fleet("half as many agents", AGENTS / 2, "", SHARED_GATEWAY),
          new Fleet("defaults, an instance", AGENTS, "", INSTANCE),
          new Fleet("defaults, strict", AGENTS, "", STRICT));

  /**
   * Agents that start within a minute and run for an hour, on one KMS and one STS.
   *
   * @param settings what their configuration says besides the defaults
   */
  private record Fleet(String name, int agents, String settings, CallQuota kms) {
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

  /** The part of the page on fleets says {@code content}; it does after it was written anew. */
  static void verifyPage(String part, String content) {
    PAGE.verify(part, "\n" + content + "\n");
  }

  /**
   * With twenty secrets each. Without {@code -Dfleet.full} a tenth of them, on a tenth of the
   * quotas: chance weighs more there, so that the figures are a little worse.
   */
  @Test
  @Tag("simulation")
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void no_fleet_fails_a_read_of_what_it_has_and_those_beyond_the_quota_slow_down() {
    var reports = FLEETS.parallelStream().map(fleet -> fleet.run(PARTS)).toList();

    assertThat(reports)
        .allSatisfy(
            report -> {
              assertThat(report.failedReads()).as(report.name()).isZero();
              assertThat(report.longestWait())
                  .as("the patience of %s with a lapsed value", report.name())
                  .isLessThanOrEqualTo(Duration.ofMillis(500));
            });
    assertThat(reports.subList(1, 4))
        .as("where the quota of KMS is enough")
        .allSatisfy(
            report -> {
              assertThat(report.throttledShare()).as(report.name()).isLessThan(0.02);
              assertThat(report.staleShare()).as(report.name()).isLessThan(0.02);
            });
    var slowed = reports.getFirst();
    assertThat(slowed.throttledShare()).isLessThan(0.12);
    assertThat(slowed.kmsPerMinute() * (1 - slowed.throttledShare()))
        .isGreaterThan(0.85 * 60 * SHARED_GATEWAY.calls() / PARTS);
    verifyPage(
        FULL ? "ten thousand agents" : "a tenth",
        reports.stream().map(Fleet.Report::row).collect(joining("", Fleet.Report.HEAD, "")));
  }

  /**
   * They start within a minute and hold keys of an hour for half a day; without {@code
   * -Dfleet.full} a tenth of them, on a tenth of the quota. Each key is renewed after a random 50
   * to 80 % of its life: after 39 minutes.
   */
  @Test
  void in_the_steady_state_half_of_the_quota_of_sts_is_used_and_no_key_runs_out() {
    var agents = AGENTS / PARTS;
    var quota = STS.dividedBy(PARTS);
    var cloud = new FleetCloud(CallQuota.NONE, quota, SEED);
    var config = SimulatedAgent.config("");
    var had = new BitSet();
    var lost = new BitSet();
    for (var i = 0; i < agents; i++) {
      var number = i;
      var agent =
          cloud.agent(
              config,
              event -> {
                if (event instanceof CredentialsObtained) {
                  had.set(number);
                } else if (event instanceof CredentialsMissing && had.get(number)) {
                  lost.set(number);
                }
              });
      cloud.time.schedule(Duration.ofMillis(cloud.random.nextLong(60_000)), agent::start);
    }
    cloud.time.advance(Duration.ofHours(2));
    var steady = cloud.time.instant();
    cloud.time.advance(Duration.ofHours(10));

    assertThat(had.cardinality()).isEqualTo(agents);
    assertThat(lost.isEmpty()).isTrue();
    assertThat(cloud.sts.since(steady) / (double) Duration.ofHours(10).toMinutes())
        .isBetween(0.5 * quota.calls(), 0.53 * quota.calls());
    assertThat(cloud.sts.peak(Duration.ofMinutes(1), steady)).isLessThanOrEqualTo(quota.calls());
    assertThat(cloud.sts.throttledSince(steady)).isZero();
  }
}
