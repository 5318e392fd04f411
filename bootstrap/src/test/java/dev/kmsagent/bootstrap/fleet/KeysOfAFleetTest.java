package dev.kmsagent.bootstrap.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.CredentialEvent;
import java.time.Duration;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten thousand agents that start within a minute and hold keys of an hour for half a day. */
class KeysOfAFleetTest {
  private static final int AGENTS = 10_000;
  private static final int MINUTE = 60_000;

  private final FleetCloud cloud =
      FleetCloud.of(CallQuota.NONE, Fleet.STS, new SplittableRandom(42));
  private final BitSet had = new BitSet();
  private final BitSet lost = new BitSet();

  private void note(int agent, AgentEvent event) {
    if (event instanceof CredentialEvent.CredentialsObtained) {
      had.set(agent);
    } else if (event instanceof CredentialEvent.CredentialsMissing && had.get(agent)) {
      lost.set(agent);
    }
  }

  private void start(int agent) {
    var time = cloud.time();
    var holder =
        new RefreshingCredentials(
            cloud.sts(),
            task -> time.schedule(Duration.ofMillis(50), task),
            new RefreshTiming(Clocks.of(time), time, cloud.random()::nextDouble),
            event -> note(agent, event));
    Runnable start =
        () -> {
          var _ = holder.obtain();
        };
    time.schedule(Duration.ofMillis(cloud.random().nextLong(MINUTE)), start);
  }

  /** Each key is renewed after a random 50 to 80 % of its life: after 39 minutes. */
  @Test
  void in_the_steady_state_half_of_the_quota_of_sts_is_used_and_no_key_runs_out() {
    IntStream.range(0, AGENTS).forEach(this::start);
    cloud.time().advance(Duration.ofHours(2));
    var steady = cloud.time().instant();
    cloud.time().advance(Duration.ofHours(10));

    var calls = cloud.sts().calls();
    assertThat(had.cardinality()).isEqualTo(AGENTS);
    assertThat(lost.isEmpty()).isTrue();
    assertThat(calls.since(steady) / Duration.ofHours(10).toMinutes()).isBetween(250L, 265L);
    assertThat(calls.peak(Duration.ofMinutes(1), steady)).isLessThanOrEqualTo(Fleet.STS.calls());
    assertThat(calls.throttledSince(steady)).isZero();
  }
}
