package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AttemptHistoryTest {
  @Test
  void the_back_off_doubles_up_to_its_maximum() {
    assertThat(AttemptHistory.backoff(1, 0)).isEqualTo(Duration.ofMillis(500));
    assertThat(AttemptHistory.backoff(2, 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(AttemptHistory.backoff(5, 0)).isEqualTo(Duration.ofSeconds(8));
    assertThat(AttemptHistory.backoff(6, 0)).isEqualTo(Duration.ofSeconds(15));
  }

  @Property
  void it_stays_between_half_the_initial_delay_and_the_maximum(
      @ForAll @IntRange(min = 1) int failures,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
    assertThat(AttemptHistory.backoff(failures, chance))
        .isBetween(Duration.ofMillis(500), Duration.ofSeconds(30));
  }
}
