package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.CallRate.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class CallRateTest {
  private static final Duration SPAN_AT_A_CALL_A_SECOND = Duration.ofSeconds(60);
  private static final Duration LONGEST_SPAN = Duration.ofMinutes(15);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final CallRate rate = rate(0);

  private CallRate rate(int maxPerSecond) {
    return new CallRate(maxPerSecond, now::get, new Middle());
  }

  /** Chance that shortens nothing and lengthens nothing. */
  private static final class Middle extends Random {
    private static final long serialVersionUID = 1;

    @Override
    public double nextDouble() {
      return 0.5;
    }
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
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
    pass(Duration.ofSeconds(1));
    rate.throttled(call());
  }

  /** How many calls are given, to somebody who asks for {@code perSecond} evenly. */
  private long given(int perSecond, Duration during) {
    var step = Duration.ofSeconds(1).dividedBy(perSecond);
    return Stream.iterate(1L, i -> i + 1)
        .limit(during.dividedBy(step))
        .peek(_ -> pass(step))
        .filter(_ -> begin().isPresent())
        .count();
  }

  /** The next call that is given. */
  private long nextCall() {
    return Stream.generate(this::begin)
        .peek(_ -> pass(Duration.ofMillis(10)))
        .flatMapToLong(OptionalLong::stream)
        .findFirst()
        .orElseThrow();
  }

  /** Throttles call after call until the pauses are the longest. */
  private void slowDownFully() {
    IntStream.range(0, 8).forEach(_ -> rate.throttled(nextCall()));
  }

  @Nested
  class SlowingDown {
    @Test
    void after_throttling_half_as_much_is_sent_as_before() {
      given(100, Duration.ofSeconds(5));
      rate.throttled(call());
      assertThat(given(100, Duration.ofSeconds(1))).isBetween(48L, 56L);
    }

    @Test
    void whoever_calls_seldom_calls_every_other_second_at_first() {
      rate.throttled(call());
      assertThat(begin()).isPresent();
      assertThat(begin()).isEmpty();
      pass(Duration.ofMillis(1900));
      assertThat(begin()).isEmpty();
      pass(Duration.ofMillis(100));
      assertThat(begin()).isPresent();
    }

    @Test
    void calls_that_are_throttled_together_count_once() {
      var calls = IntStream.range(0, 100).mapToLong(_ -> call()).toArray();
      for (var begun : calls) {
        pass(Duration.ofMillis(50));
        rate.throttled(begun);
      }
      assertThat(given(100, Duration.ofSeconds(1))).isGreaterThan(48);
    }

    @Test
    void what_is_throttled_within_a_second_of_the_slowdown_counts_no_more() {
      given(100, Duration.ofSeconds(5));
      rate.throttled(call());
      pass(Duration.ofMillis(998));
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
    void the_longest_pause_is_half_a_minute() {
      slowDownFully();
      assertThat(given(10, Duration.ofMinutes(1))).isEqualTo(2);
    }
  }

  @Nested
  class ReadingForTheFirstTime {
    private OptionalLong beginFirst() {
      return rate.begin(Purpose.FIRST_READ);
    }

    @Test
    void a_first_read_goes_before_the_next_read_of_what_is_known_but_not_two() {
      slowDown();
      assertThat(begin()).isPresent();
      assertThat(begin()).isEmpty();
      assertThat(beginFirst()).isPresent();
      assertThat(beginFirst()).isEmpty();
      pass(Duration.ofMillis(1900));
      assertThat(beginFirst()).isEmpty();
      pass(Duration.ofMillis(100));
      assertThat(beginFirst()).isPresent();
      pass(Duration.ofSeconds(3));
      assertThat(begin()).isEmpty();
    }
  }

  @Nested
  class Recovering {
    @Test
    void time_brings_the_calls_back_ever_faster() {
      slowDown();
      var first = given(100, Duration.ofSeconds(20));
      var second = given(100, Duration.ofSeconds(20));
      var third = given(100, Duration.ofSeconds(19));
      assertThat(first).isBetween(11L, 14L);
      assertThat(second).isBetween(19L, 22L);
      assertThat(third).isGreaterThan(2 * second);
    }

    @Test
    void in_the_end_and_not_sooner_there_is_no_bound() {
      slowDown();
      pass(SPAN_AT_A_CALL_A_SECOND.minusSeconds(1));
      assertThat(given(1000, Duration.ofMillis(500))).isLessThan(250);
      pass(Duration.ofMillis(500));
      assertThat(given(1000, Duration.ofSeconds(1))).isEqualTo(1000);
    }

    @Test
    void it_takes_ten_seconds_at_least() {
      given(1000, Duration.ofSeconds(2));
      rate.throttled(call());
      pass(Duration.ofSeconds(5));
      assertThat(given(10_000, Duration.ofSeconds(1))).isBetween(1000L, 2300L);
      pass(Duration.ofSeconds(5));
      assertThat(given(10_000, Duration.ofSeconds(1))).isEqualTo(10_000);
    }

    @Test
    void it_takes_a_quarter_of_an_hour_after_the_longest_pause() {
      slowDownFully();
      pass(LONGEST_SPAN.minusSeconds(1));
      assertThat(given(1000, Duration.ofMillis(500))).isLessThan(100);
      pass(Duration.ofSeconds(1));
      assertThat(given(1000, Duration.ofMillis(500))).isEqualTo(500);
    }

    @Test
    void it_takes_thirty_calls_of_an_agent_that_calls_seldom() {
      for (var i = 0; i < 9; i++) {
        pass(Duration.ofSeconds(12));
        call();
      }
      pass(Duration.ofSeconds(12));
      rate.throttled(call());
      pass(Duration.ofMinutes(5));
      assertThat(given(10, Duration.ofSeconds(1))).isLessThan(10);
      pass(Duration.ofMinutes(1));
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
