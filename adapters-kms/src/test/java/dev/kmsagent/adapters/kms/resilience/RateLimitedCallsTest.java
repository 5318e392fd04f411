package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.CallRate.Purpose;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RateLimitedCallsTest {
  private static final int KNOWN = 100;

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = limited(0);

  /** Chance neither shortens nor lengthens anything. */
  private final CallRate rate = new CallRate(0, time.timing());

  private SecretSource limited(int maxCallsPerSecond) {
    return TestCalls.source(
        new RateLimitedCalls(TestCalls.of(kms), maxCallsPerSecond, KNOWN, time.timing()));
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
    void after_many_secrets_it_forgets_which_were_read() {
      kms.hold("a", "v1", "hunter2");
      fetch(source);
      for (var i = 0; i < KNOWN; i++) {
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
            new RateLimitedCalls(TestCalls.of(limitedBySecond), 0, KNOWN, time.timing()));
    for (var i = 0; i < 60_000; i++) {
      time.advance(Duration.ofMillis(2));
      fetch(tenTimesAsMany);
    }
    var all = sent.values().stream().mapToInt(calls -> calls).sum();
    var answered = kms.calls().size();
    assertThat((all - answered) / (double) all).isBetween(0.0001, 0.05);
    assertThat(answered).isBetween(120 * quota * 7 / 10, 120 * quota);
  }

  private OptionalLong begin() {
    return rate.begin(Purpose.READ_AGAIN);
  }

  private long call() {
    return begin().orElseThrow();
  }

  /** Throttles an agent that called once a second; from now on it pauses for two. */
  private void slowDown() {
    given(1, Duration.ofMinutes(2));
    time.advance(Duration.ofSeconds(1));
    rate.throttled(call());
  }

  /** How many calls are given, to somebody who asks for {@code perSecond} evenly. */
  private long given(int perSecond, Duration during) {
    var step = Duration.ofSeconds(1).dividedBy(perSecond);
    return Stream.iterate(1L, i -> i + 1)
        .limit(during.dividedBy(step))
        .peek(_ -> time.advance(step))
        .filter(_ -> begin().isPresent())
        .count();
  }

  /** The next call that is given. */
  private long nextCall() {
    return Stream.generate(this::begin)
        .peek(_ -> time.advance(Duration.ofMillis(10)))
        .flatMapToLong(OptionalLong::stream)
        .findFirst()
        .orElseThrow();
  }

  @Nested
  class SlowingDown {
    @Test
    void whoever_calls_seldom_calls_every_other_second_at_first() {
      rate.throttled(call());
      assertThat(begin()).isPresent();
      assertThat(begin()).isEmpty();
      time.advance(Duration.ofMillis(1900));
      assertThat(begin()).isEmpty();
      time.advance(Duration.ofMillis(100));
      assertThat(begin()).isPresent();
    }

    @Test
    void what_is_throttled_within_a_second_of_the_slowdown_counts_no_more() {
      given(100, Duration.ofSeconds(5));
      rate.throttled(call());
      time.advance(Duration.ofMillis(998));
      rate.throttled(nextCall());
      assertThat(given(100, Duration.ofSeconds(1))).isGreaterThan(48);
    }

    @Test
    void what_is_throttled_after_that_counts_again() {
      given(100, Duration.ofSeconds(5));
      rate.throttled(call());
      given(100, Duration.ofSeconds(1));
      rate.throttled(nextCall());
      assertThat(given(100, Duration.ofSeconds(1))).isBetween(24L, 30L);
    }

    @Test
    void a_first_read_goes_before_the_next_read_of_what_is_known_but_not_two() {
      slowDown();
      assertThat(begin()).isPresent();
      assertThat(begin()).isEmpty();
      assertThat(rate.begin(Purpose.FIRST_READ)).isPresent();
      assertThat(rate.begin(Purpose.FIRST_READ)).isEmpty();
      time.advance(Duration.ofMillis(1900));
      assertThat(rate.begin(Purpose.FIRST_READ)).isEmpty();
      time.advance(Duration.ofMillis(100));
      assertThat(rate.begin(Purpose.FIRST_READ)).isPresent();
      time.advance(Duration.ofSeconds(3));
      assertThat(begin()).isEmpty();
    }

    @Test
    void first_reads_without_end_leave_every_other_call_to_what_is_known() {
      slowDown();
      var given = new EnumMap<Purpose, Integer>(Purpose.class);
      for (var i = 0; i < 40; i++) {
        time.advance(Duration.ofMillis(250));
        for (var purpose : Purpose.values()) {
          given.merge(purpose, rate.begin(purpose).isPresent() ? 1 : 0, Integer::sum);
        }
      }
      assertThat(given.values()).allMatch(calls -> calls >= 2).allMatch(calls -> calls <= 4);
    }
  }

  @Nested
  class Recovering {
    @Test
    void time_brings_the_calls_back_ever_faster_until_there_is_no_bound() {
      slowDown();
      var first = given(100, Duration.ofSeconds(20));
      var second = given(100, Duration.ofSeconds(20));
      var third = given(100, Duration.ofSeconds(19));
      assertThat(first).isBetween(11L, 14L);
      assertThat(second).isBetween(19L, 22L);
      assertThat(third).isGreaterThan(2 * second);
      assertThat(given(1000, Duration.ofMillis(500))).isLessThan(250);
      time.advance(Duration.ofMillis(500));
      assertThat(given(1000, Duration.ofSeconds(1))).isEqualTo(1000);
    }

    @Test
    void it_takes_ten_seconds_at_least() {
      given(1000, Duration.ofSeconds(2));
      rate.throttled(call());
      time.advance(Duration.ofSeconds(5));
      assertThat(given(10_000, Duration.ofSeconds(1))).isBetween(1000L, 2300L);
      time.advance(Duration.ofSeconds(5));
      assertThat(given(10_000, Duration.ofSeconds(1))).isEqualTo(10_000);
    }

    @Test
    void it_takes_a_quarter_of_an_hour_after_the_longest_pause_which_is_half_a_minute() {
      IntStream.range(0, 8).forEach(_ -> rate.throttled(nextCall()));
      assertThat(given(10, Duration.ofMinutes(1))).isEqualTo(2);
      time.advance(Duration.ofMinutes(14).minusSeconds(1));
      assertThat(given(1000, Duration.ofMillis(500))).isLessThan(100);
      time.advance(Duration.ofSeconds(1));
      assertThat(given(1000, Duration.ofMillis(500))).isEqualTo(500);
    }

    @Test
    void it_takes_thirty_calls_of_an_agent_that_calls_seldom() {
      for (var i = 0; i < 9; i++) {
        time.advance(Duration.ofSeconds(12));
        call();
      }
      time.advance(Duration.ofSeconds(12));
      rate.throttled(call());
      time.advance(Duration.ofMinutes(5));
      assertThat(given(10, Duration.ofSeconds(1))).isLessThan(10);
      time.advance(Duration.ofMinutes(1));
      assertThat(given(10, Duration.ofSeconds(1))).isEqualTo(10);
    }

    @Test
    void chance_spreads_it_by_a_quarter_either_way() {
      assertThat(CallRate.ThrottleBackoff.of(0, 1e9, 0, 0).span()).isEqualTo(22.5e9);
      assertThat(CallRate.ThrottleBackoff.of(0, 1e9, 0, 1).span()).isEqualTo(37.5e9);
    }
  }

  @Test
  void many_threads_that_are_throttled_together_slow_it_down_once() throws Exception {
    given(1000, Duration.ofSeconds(2));
    try (var threads = Executors.newFixedThreadPool(16)) {
      var callers = IntStream.range(0, 16).mapToObj(_ -> threads.submit(this::callAndBeThrottled));
      for (var caller : callers.toList()) {
        caller.get();
      }
    }
    assertThat(given(1000, Duration.ofSeconds(1))).isBetween(490L, 570L);
  }

  private void callAndBeThrottled() {
    for (var i = 0; i < 1000; i++) {
      begin().ifPresent(rate::throttled);
    }
  }
}
