package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class MonotonicClockTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicReference<Instant> wall = new AtomicReference<>(START);
  private final MonotonicClock clock = new MonotonicClock(wall::get);

  @Test
  void it_goes_with_the_clock_inside() {
    wall.set(START.plusSeconds(5));
    assertThat(clock.instant()).isEqualTo(START.plusSeconds(5));
  }

  @Test
  void it_does_not_step_back_with_it() {
    wall.set(START.minus(Duration.ofHours(1)));
    assertThat(clock.instant()).isEqualTo(START);
  }

  @Test
  void it_goes_on_from_where_the_clock_inside_stepped_back() {
    wall.set(START.minus(Duration.ofHours(1)));
    clock.instant();
    wall.set(START.minus(Duration.ofHours(1)).plusSeconds(3));
    assertThat(clock.instant()).isEqualTo(START.plusSeconds(3));
  }

  @Test
  void its_nanoseconds_are_those_of_its_instant() {
    wall.set(START.plusNanos(7));
    assertThat(clock.nanos())
        .isEqualTo(Duration.between(Instant.EPOCH, START).plusNanos(7).toNanos());
  }
}
