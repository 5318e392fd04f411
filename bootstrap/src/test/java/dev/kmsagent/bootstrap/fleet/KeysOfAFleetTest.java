package dev.kmsagent.bootstrap.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.CredentialEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ten thousand agents that start within a minute and hold keys of an hour for half a day. */
class KeysOfAFleetTest {
  private static final int AGENTS = 10_000;
  private static final int HOURS = 12;

  private final FleetCloud cloud =
      FleetCloud.of(CallQuota.NONE, FleetTest.STS, new SplittableRandom(42));
  private final BitSet had = new BitSet();
  private int lost;

  /** What the holders did in an hour. */
  private record Hour(int number, double perMinute, int peak, double throttled, int lost) {
    String line() {
      return String.format(
          Locale.ROOT,
          "| %d | %.0f | %d | %.1f %% | %d |%n",
          number,
          perMinute,
          peak,
          100 * throttled,
          lost);
    }
  }

  private void note(int agent, AgentEvent event) {
    if (event instanceof CredentialEvent.CredentialsObtained) {
      had.set(agent);
    } else if (event instanceof CredentialEvent.CredentialsMissing && had.get(agent)) {
      lost++;
    }
  }

  private CredentialsProvider holder(int agent) {
    return new RefreshingCredentials(
        cloud.sts(),
        task -> cloud.time().schedule(Duration.ofMillis(50), task),
        new RefreshTiming(Clocks.of(cloud.time()), cloud.time(), cloud.random()::nextDouble),
        event -> note(agent, event));
  }

  private Hour hour(int number) {
    var begin = cloud.time().instant();
    var lostBefore = lost;
    cloud.time().advance(Duration.ofHours(1));
    return hour(number, begin, lost - lostBefore);
  }

  private Hour hour(int number, Instant begin, int lostKeys) {
    var calls = cloud.sts().calls();
    return new Hour(
        number,
        calls.since(begin) / 60.0,
        calls.peak(Duration.ofMinutes(1), begin),
        calls.throttledSince(begin),
        lostKeys);
  }

  private List<Hour> halfADay() {
    for (var i = 0; i < AGENTS; i++) {
      var holder = holder(i);
      var delay = Duration.ofNanos(cloud.random().nextLong(60_000_000_000L));
      cloud
          .time()
          .schedule(
              delay,
              () -> {
                var _ = holder.obtain();
              });
    }
    return IntStream.rangeClosed(1, HOURS).mapToObj(this::hour).toList();
  }

  @Test
  void in_the_steady_state_the_quota_of_sts_is_met_and_no_key_runs_out() {
    var hours = halfADay();

    var steady = hours.subList(2, HOURS);
    assertThat(hours).allSatisfy(hour -> assertThat(hour.lost()).isZero());
    assertThat(steady)
        .allSatisfy(
            hour -> {
              assertThat(hour.peak()).isLessThanOrEqualTo(FleetTest.STS.calls());
              assertThat(hour.throttled()).isZero();
            });
    FleetPage.verify("keys", table(hours));
  }

  private static String table(List<Hour> hours) {
    return Stream.concat(
            Stream.of(
                "| hour | STS calls/min | peak | throttled | keys run out |\n",
                "|---|---|---|---|---|\n"),
            hours.stream().map(Hour::line))
        .reduce("", String::concat);
  }
}
