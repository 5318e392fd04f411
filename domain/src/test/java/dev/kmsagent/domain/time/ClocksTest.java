package dev.kmsagent.domain.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClocksTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private Instant agent = START;
  private Instant wall = START;
  private final Clocks clocks = new Clocks(() -> agent, () -> wall);

  @Test
  void a_date_of_the_wall_clock_is_as_far_from_now_by_the_agents_clock() {
    assertThat(clocks.toAgent(START)).isEqualTo(START);
    wall = wall.minus(HOUR);
    assertThat(clocks.toAgent(wall.plusSeconds(7))).isEqualTo(agent.plusSeconds(7));
    wall = wall.plus(HOUR.multipliedBy(24));
    assertThat(clocks.toAgent(wall.minusSeconds(7))).isEqualTo(agent.minusSeconds(7));
  }

  @Test
  void a_date_stays_the_same_although_the_clocks_are_not_read_at_one_moment() {
    wall = wall.plus(HOUR);
    var there = clocks.toAgent(START);
    wall = wall.plusNanos(999_999);
    assertThat(clocks.toAgent(START)).isEqualTo(there);
  }

  @Test
  void a_thread_that_is_held_up_between_two_readings_sees_no_step() {
    var heldUp =
        new Clocks(
            () -> agent,
            () -> {
              wall = wall.plusMillis(50);
              agent = agent.plusMillis(50);
              return wall;
            });
    assertThat(heldUp.toAgent(START)).isEqualTo(START);
  }

  @Test
  void never_stays_never() {
    wall = wall.plus(HOUR);
    assertThat(clocks.toAgent(Instant.MAX)).isEqualTo(Instant.MAX);
    assertThat(clocks.toAgent(Instant.MIN)).isEqualTo(Instant.MIN);
  }
}
