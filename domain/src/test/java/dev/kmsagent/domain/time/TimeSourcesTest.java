package dev.kmsagent.domain.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeSourcesTest {
  private static TimeSources timing(double chance) {
    return new TimeSources(Clocks.of(() -> Instant.EPOCH), (_, _) -> () -> {}, () -> chance);
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 500", "2, 0, 1000", "2, 0.5, 1500", "5, 0, 8000", "6, 0, 15000"})
  void the_back_off_doubles_from_half_a_second_or_up_to_twice_that(
      int failures, double chance, long millis) {
    assertThat(timing(chance).backoff(failures, Duration.ofSeconds(30))).hasMillis(millis);
  }

  @ParameterizedTest
  @CsvSource({"1000, 30000", "2147483647, 30000", "1000, 1", "1, 0"})
  void the_back_off_is_never_longer_than_its_bound(int failures, long bound) {
    assertThat(timing(1).backoff(failures, Duration.ofMillis(bound))).hasMillis(bound);
  }

  @ParameterizedTest
  @CsvSource({"0, 30", "0.5, 39", "1, 48"})
  void a_renewal_comes_after_a_random_part_of_life_from_a_half_to_four_fifths(
      double chance, int minutes) {
    assertThat(timing(chance).untilRenewal(Duration.ofHours(1))).hasMinutes(minutes);
  }
}
