package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  @Test
  void the_delay_doubles_up_to_its_maximum() {
    assertThat(backoff.delay(1, 0)).isEqualTo(Duration.ofMillis(500));
    assertThat(backoff.delay(2, 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff.delay(5, 0)).isEqualTo(Duration.ofSeconds(8));
    assertThat(backoff.delay(6, 0)).isEqualTo(Duration.ofSeconds(15));
  }

  @Property
  void it_stays_between_half_the_initial_delay_and_the_maximum(
      @ForAll @IntRange(min = 1) int failures,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
    assertThat(backoff.delay(failures, chance))
        .isBetween(Duration.ofMillis(500), Duration.ofSeconds(30));
  }
}
