package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryBackoffTest {
  private static final KmsConfig.Retry SETTINGS =
      new KmsConfig.Retry(10, Duration.ofMillis(100), Duration.ofMillis(2000));

  @ParameterizedTest
  @CsvSource({"1, 100", "2, 200", "3, 400", "5, 1600", "6, 2000", "10, 2000", "1000, 2000"})
  void the_bound_doubles_up_to_the_greatest(int attempt, long bound) {
    var backoff = new RetryBackoff(SETTINGS, Chance.HIGHEST);
    assertThat(backoff.pause(attempt, Secrets.unreachable())).isEqualTo(bound);
  }

  @ParameterizedTest
  @CsvSource({"100, 10000, 1, 2000", "100, 10000, 2, 4000", "3000, 10000, 1, 3000"})
  void after_throttling_the_bound_begins_at_two_seconds_at_least_and_the_pause_at_half_of_it(
      long initial, long max, int attempt, long bound) {
    assertThat(throttled(initial, max, attempt, Chance.HIGHEST)).isEqualTo(bound);
    assertThat(throttled(initial, max, attempt, Chance.LOWEST)).isEqualTo(bound / 2);
  }

  @Test
  void the_greatest_pause_holds_after_throttling_too() {
    assertThat(throttled(100, 500, 1, Chance.HIGHEST)).isEqualTo(500);
    assertThat(throttled(100, 500, 1, Chance.LOWEST)).isEqualTo(250);
  }

  private static long throttled(long initial, long max, int attempt, RandomGenerator chance) {
    var settings = new KmsConfig.Retry(10, Duration.ofMillis(initial), Duration.ofMillis(max));
    return new RetryBackoff(settings, chance).pause(attempt, Failing.of(Cause.THROTTLED));
  }

  @Test
  void the_pause_may_be_none_at_all() {
    assertThat(new RetryBackoff(SETTINGS, Chance.LOWEST).pause(5, Secrets.unreachable())).isZero();
  }

  @Test
  void pauses_spread_over_the_whole_range() {
    var backoff = new RetryBackoff(SETTINGS, new Random(1));
    var pauses =
        IntStream.range(0, 1000).mapToObj(_ -> backoff.pause(1, Secrets.unreachable())).toList();
    assertThat(pauses).allMatch(pause -> pause >= 0 && pause <= 100);
    assertThat(pauses).anyMatch(pause -> pause < 10).anyMatch(pause -> pause > 90);
  }
}
