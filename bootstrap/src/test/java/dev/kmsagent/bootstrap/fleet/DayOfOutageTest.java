package dev.kmsagent.bootstrap.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.fleet.Application.Reads;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One agent with the default settings, whose application reads each secret every ten seconds. */
class DayOfOutageTest {
  private static final Duration READ_EVERY = Duration.ofSeconds(10);

  /** The longest that the background leaves a secret alone, and the next read after it. */
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(30 + 15);

  private static final List<SecretQuery> SECRETS =
      IntStream.range(0, 20).mapToObj(i -> Secrets.current("app/secret-" + i)).toList();

  private final FleetCloud cloud = new FleetCloud(CallQuota.NONE, CallQuota.NONE, 1);
  private final SimulatedAgent agent = cloud.agent(SimulatedAgent.config(""), _ -> {});
  private final Reads reads = new Reads(cloud.time, cloud.time.instant());

  @BeforeEach
  void start() {
    new Application(agent, SECRETS, cloud, READ_EVERY, reads, () -> {}).start();
  }

  private Instant pass(Duration time) {
    cloud.time.advance(time);
    return cloud.time.instant();
  }

  /**
   * Has a service fail after some time, for so long; gives how many calls it got meanwhile, how
   * long it took after that until every secret was read from KMS again, and how many calls it got
   * then.
   */
  private Outage fail(CountedCalls calls, Duration after, Duration time) {
    var down = pass(after);
    calls.down = true;
    var back = pass(time);
    var meanwhile = calls.since(down);
    calls.down = false;
    while (!isAllFresh(back) && cloud.time.instant().isBefore(back.plusSeconds(600))) {
      pass(Duration.ofSeconds(1));
    }
    var fresh = Duration.between(back, cloud.time.instant());
    return new Outage(meanwhile, fresh, calls.since(back));
  }

  private boolean isAllFresh(Instant from) {
    return SECRETS.stream()
        .map(secret -> agent.cache().find(secret).orElseThrow())
        .allMatch(
            entry ->
                entry.freshness(cloud.time.instant()) == Freshness.FRESH
                    && entry.readAt().isAfter(from));
  }

  private record Outage(long calls, Duration fresh, long callsUntilFresh) {}

  private void verify(String part, Outage outage) {
    assertThat(reads.failed).isZero();
    assertThat(reads.longestWait).isLessThanOrEqualTo(Duration.ofMillis(500));
    FleetTest.verifyPage(
        part,
        String.format(
            """
            %d reads, %d failed, %d of them stale, the longest took %d ms. %d calls were made meanwhile; \
            %d s after the end everything was fresh, by %d calls.
            """,
            reads.all,
            reads.failed,
            reads.stale,
            reads.longestWait.toMillis(),
            outage.calls(),
            outage.fresh().toSeconds(),
            outage.callsUntilFresh()));
  }

  @Test
  void a_day_without_kms_fails_no_read_and_kms_is_called_seldom() {
    var outage = fail(cloud.kms, Duration.ofHours(1), Duration.ofDays(1));

    assertThat(outage.calls()).isBetween(1L, 20_000L);
    assertThat(outage.fresh()).isLessThanOrEqualTo(PROBE_INTERVAL);
    assertThat(outage.callsUntilFresh()).isLessThanOrEqualTo(SECRETS.size() + 3L);
    verify("a day without KMS", outage);
  }

  @Test
  void forty_minutes_without_sts_round_the_renewal_fail_no_read_and_sts_is_called_seldom() {
    var outage = fail(cloud.sts, Duration.ofMinutes(25), Duration.ofMinutes(40));

    assertThat(reads.stale).as("the key is over before STS is back").isPositive();
    assertThat(outage.calls()).isBetween(1L, 60L);
    assertThat(outage.fresh()).isLessThanOrEqualTo(PROBE_INTERVAL.plusMinutes(1));
    assertThat(outage.callsUntilFresh()).isOne();
    verify("forty minutes without STS", outage);
  }
}
