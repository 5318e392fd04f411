package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.testkit.Secrets;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryBackoffTest {
  @ParameterizedTest
  @CsvSource({"1, 100", "2, 200", "3, 400", "5, 1600", "6, 2000", "10, 2000", "1000, 2000"})
  void the_bound_doubles_up_to_the_greatest(int attempt, long bound) {
    var backoff = new RetryBackoff(Chance.HIGHEST);
    assertThat(backoff.pause(attempt, Secrets.unreachable())).isEqualTo(bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10})
  void after_throttling_the_bound_is_two_seconds_and_the_pause_half_of_it_at_least(int attempt) {
    assertThat(throttled(attempt, Chance.HIGHEST)).isEqualTo(2000);
    assertThat(throttled(attempt, Chance.LOWEST)).isEqualTo(1000);
  }

  private static long throttled(int attempt, RandomGenerator chance) {
    return new RetryBackoff(chance).pause(attempt, Failing.of(Cause.THROTTLED));
  }

  @Test
  void the_pause_may_be_none_at_all() {
    assertThat(new RetryBackoff(Chance.LOWEST).pause(5, Secrets.unreachable())).isZero();
  }

  @Test
  void pauses_spread_over_the_whole_range() {
    var backoff = new RetryBackoff(new Random(1));
    var pauses =
        IntStream.range(0, 1000).mapToObj(_ -> backoff.pause(1, Secrets.unreachable())).toList();
    assertThat(pauses).allMatch(pause -> pause >= 0 && pause <= 100);
    assertThat(pauses).anyMatch(pause -> pause < 10).anyMatch(pause -> pause > 90);
  }
}
