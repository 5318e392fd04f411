package dev.kmsagent.bootstrap.fleet;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand agents. */
class FleetTest {
  /**
   * What an account has on the shared gateway of a region for GetSecretValue and DescribeSecret
   * together: https://help.aliyun.com/zh/kms/product-overview/performance-data. It cannot be
   * raised.
   */
  private static final CallQuota SHARED_GATEWAY = CallQuota.perSecond(450);

  /** An instance that gives a thousand secrets a second; it is sold by such a figure. */
  private static final CallQuota INSTANCE = CallQuota.perSecond(1000);

  /** As if KMS granted no more than STS. */
  private static final CallQuota STRICT = Fleet.STS;

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
    Fleet.verifyPage(
        FULL ? "ten thousand agents" : "a tenth",
        reports.stream().map(Fleet.Report::row).collect(joining("", Fleet.Report.HEAD, "")));
  }

  /**
   * They start within a minute and hold keys of an hour for half a day. Each key is renewed after a
   * random 50 to 80 % of its life: after 39 minutes.
   */
  @Test
  void in_the_steady_state_half_of_the_quota_of_sts_is_used_and_no_key_runs_out() {
    var cloud = new FleetCloud(CallQuota.NONE, Fleet.STS, 42);
    var config = SimulatedAgent.config("");
    var had = new BitSet();
    var lost = new BitSet();
    for (var i = 0; i < AGENTS; i++) {
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

    assertThat(had.cardinality()).isEqualTo(AGENTS);
    assertThat(lost.isEmpty()).isTrue();
    assertThat(cloud.sts.since(steady) / Duration.ofHours(10).toMinutes()).isBetween(250L, 265L);
    assertThat(cloud.sts.peak(Duration.ofMinutes(1), steady))
        .isLessThanOrEqualTo(Fleet.STS.calls());
    assertThat(cloud.sts.throttledSince(steady)).isZero();
  }
}
