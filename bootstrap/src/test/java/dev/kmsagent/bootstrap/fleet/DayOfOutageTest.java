package dev.kmsagent.bootstrap.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.simulation.Configurations;
import dev.kmsagent.bootstrap.simulation.SimulatedAgent;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
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

  private final FleetCloud cloud =
      FleetCloud.of(CallQuota.NONE, CallQuota.NONE, new SplittableRandom(1));
  private final SimulatedAgent agent =
      cloud.agent(Configurations.with(""), new FakeSecretCache(), 1);
  private final Reads reads = new Reads(cloud.time(), cloud.time().instant());

  @BeforeEach
  void start() {
    new Application(agent, SECRETS, cloud, READ_EVERY, reads, () -> {}).start();
  }

  private Instant pass(Duration time) {
    cloud.time().advance(time);
    return cloud.time().instant();
  }

  /** Until every secret was read from KMS again; no longer than ten minutes. */
  private Duration timeUntilAllIsFresh(Instant from) {
    while (!isAllFresh(from) && Duration.between(from, cloud.time().instant()).toMinutes() < 10) {
      pass(Duration.ofSeconds(1));
    }
    return Duration.between(from, cloud.time().instant());
  }

  private boolean isAllFresh(Instant from) {
    return SECRETS.stream()
        .map(secret -> agent.cache().find(secret).orElseThrow())
        .allMatch(
            entry ->
                entry.freshness(cloud.time().instant()) == Freshness.FRESH
                    && entry.readAt().isAfter(from));
  }

  @Test
  void a_day_without_kms_fails_no_read_and_kms_is_called_seldom() {
    var down = pass(Duration.ofHours(1));
    cloud.kms().become(SimulatedKms.State.DOWN);

    var back = pass(Duration.ofDays(1));
    var calls = cloud.kms().calls().since(down);
    cloud.kms().become(SimulatedKms.State.UP);
    var fresh = timeUntilAllIsFresh(back);
    var callsUntilFresh = cloud.kms().calls().since(back);

    assertThat(reads.failed()).isZero();
    assertThat(reads.longestWait()).isLessThanOrEqualTo(Duration.ofMillis(500));
    assertThat(calls).isBetween(1L, 20_000L);
    assertThat(fresh).isLessThanOrEqualTo(PROBE_INTERVAL);
    assertThat(callsUntilFresh).isLessThanOrEqualTo(SECRETS.size() + 3L);
    FleetPage.verify("a day without KMS", row(reads, calls, fresh, callsUntilFresh));
  }

  @Test
  void forty_minutes_without_sts_round_the_renewal_fail_no_read_and_sts_is_called_seldom() {
    var down = pass(Duration.ofMinutes(25));
    cloud.sts().become(SimulatedKms.State.DOWN);

    var back = pass(Duration.ofMinutes(40));
    var calls = cloud.sts().calls().since(down);
    cloud.sts().become(SimulatedKms.State.UP);
    var fresh = timeUntilAllIsFresh(back);
    var callsUntilFresh = cloud.sts().calls().since(back);

    assertThat(reads.failed()).isZero();
    assertThat(reads.stale()).as("the key is over before STS is back").isPositive();
    assertThat(reads.longestWait()).isLessThanOrEqualTo(Duration.ofMillis(500));
    assertThat(calls).isBetween(1L, 60L);
    assertThat(fresh).isLessThanOrEqualTo(PROBE_INTERVAL.plusMinutes(1));
    assertThat(callsUntilFresh).isOne();
    FleetPage.verify("forty minutes without STS", row(reads, calls, fresh, callsUntilFresh));
  }

  private static String row(Reads reads, long calls, Duration fresh, long callsUntilFresh) {
    return String.format(
        """
        %d reads, %d failed, %d of them stale, the longest took %d ms. %d calls were made meanwhile; \
        %d s after the end everything was fresh, by %d calls.
        """,
        reads.all(),
        reads.failed(),
        reads.stale(),
        reads.longestWait().toMillis(),
        calls,
        fresh.toSeconds(),
        callsUntilFresh);
  }
}
