package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RateLimitedCallsTest {
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = limited(0);

  private SecretSource limited(int maxCallsPerSecond) {
    return TestCalls.source(
        new RateLimitedCalls(TestCalls.of(kms), maxCallsPerSecond, time, new Random(1)));
  }

  private FetchOutcome fetch(SecretSource from) {
    return TestCalls.outcome(from.fetch(Secrets.current("a"), time.instant().plus(AMPLE)));
  }

  private int fetch(SecretSource from, int times) {
    var before = kms.calls().size();
    IntStream.range(0, times).forEach(_ -> fetch(from));
    return kms.calls().size() - before;
  }

  @Nested
  class WithAMaximum {
    private final SecretSource slow = limited(2);

    @Test
    void a_call_that_the_bulkhead_refuses_takes_none_of_them() {
      kms.failWith(TestCalls.failed(Cause.BULKHEAD_FULL));
      assertThat(fetch(slow, 100)).isEqualTo(100);
      kms.heal();
      assertThat(fetch(slow, 10)).isEqualTo(2);
    }

    @Test
    void the_third_call_within_a_second_is_turned_away_at_once() {
      assertThat(fetch(slow, 2)).isEqualTo(2);
      assertThat(fetch(slow)).extracting("cause").isEqualTo(Cause.RATE_LIMITED);
      time.advance(Duration.ofSeconds(1));
      assertThat(fetch(slow, 10)).isEqualTo(2);
      time.advance(Duration.ofHours(1));
      assertThat(fetch(slow, 10)).isEqualTo(2);
    }

    @Test
    void it_holds_after_throttling_too() {
      kms.failWith(TestCalls.failed(Cause.THROTTLED));
      fetch(slow);
      kms.heal();
      time.advance(Duration.ofHours(1));
      fetch(slow, 100);
      var before = kms.calls().size();
      for (var i = 0; i < 1000; i++) {
        time.advance(Duration.ofMillis(100));
        fetch(slow, 10);
      }
      assertThat(kms.calls().size() - before).isEqualTo(200);
    }
  }

  @Nested
  class WithoutOne {
    @ParameterizedTest
    @EnumSource(value = Cause.class, names = "THROTTLED", mode = EnumSource.Mode.EXCLUDE)
    void no_other_failure_slows_it_down(Cause cause) {
      kms.failWith(TestCalls.failed(cause));
      assertThat(fetch(source, 100)).isEqualTo(100);
    }

    @Test
    void throttling_halves_the_calls_that_were_sent_and_not_those_that_the_bulkhead_refused() {
      fetch(source, 32);
      kms.failWith(TestCalls.failed(Cause.BULKHEAD_FULL));
      fetch(source, 168);
      kms.failWith(TestCalls.failed(Cause.THROTTLED));
      fetch(source);
      kms.heal();
      time.advance(Duration.ofSeconds(1));
      assertThat(fetch(source, 100)).isBetween(16, 20);
    }

    @Test
    void after_throttling_a_secret_that_was_never_read_goes_before_one_that_was() {
      kms.hold("a", "v1", "hunter2");
      fetch(source);
      kms.failWith(TestCalls.failed(Cause.THROTTLED));
      fetch(source);
      assertThat(fetch(source, 100)).isEqualTo(1);
      kms.heal();
      assertThat(fetch(source)).extracting("cause").isEqualTo(Cause.RATE_LIMITED);
      var other = source.fetch(Secrets.current("b"), time.instant().plus(AMPLE));
      assertThat(TestCalls.outcome(other)).isInstanceOf(Refused.class);
    }

    @Test
    void after_ten_thousand_secrets_it_forgets_which_were_read() {
      kms.hold("a", "v1", "hunter2");
      fetch(source);
      for (var i = 0; i < 10_000; i++) {
        kms.hold("other" + i, "v1", "value");
        var _ = source.fetch(Secrets.current("other" + i), time.instant().plus(AMPLE));
      }
      kms.failWith(TestCalls.failed(Cause.THROTTLED));
      fetch(source, 2);
      kms.heal();
      assertThat(fetch(source)).isInstanceOf(Fetched.class);
    }
  }

  @Test
  void under_a_quota_hardly_a_call_is_throttled_and_the_quota_is_used() {
    var quota = 50;
    var sent = new HashMap<Long, Integer>();
    SecretSource limitedBySecond =
        (query, deadline) ->
            sent.merge(time.instant().getEpochSecond(), 1, Integer::sum) <= quota
                ? kms.fetch(query, deadline)
                : CompletableFuture.completedStage(TestCalls.failed(Cause.THROTTLED));
    var tenTimesAsMany =
        TestCalls.source(
            new RateLimitedCalls(TestCalls.of(limitedBySecond), 0, time, new Random(1)));
    for (var i = 0; i < 60_000; i++) {
      time.advance(Duration.ofMillis(2));
      fetch(tenTimesAsMany);
    }
    var all = sent.values().stream().mapToInt(calls -> calls).sum();
    var answered = kms.calls().size();
    assertThat((all - answered) / (double) all).isBetween(0.0001, 0.05);
    assertThat(answered).isBetween(120 * quota * 7 / 10, 120 * quota);
  }
}
