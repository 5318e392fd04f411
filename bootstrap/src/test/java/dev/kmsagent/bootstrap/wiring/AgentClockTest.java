package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AgentClockTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Machine machine = new Machine();
  private final AgentClock clock = new AgentClock(machine::wall, machine::monotonic);
  private final Instant start = clock.instant();

  private void assertElapsed(Duration expected) {
    assertThat(Duration.between(start, clock.instant())).isEqualTo(expected);
  }

  @Test
  void it_starts_at_the_wall_clock() {
    assertThat(start).isEqualTo(machine.wall());
  }

  @Nested
  class Before_a_clock_is_followed_that_counts_suspension {
    @Test
    void time_passes() {
      machine.pass(HOUR);
      assertElapsed(HOUR);
    }

    @Test
    void a_wall_clock_that_is_set_back_changes_nothing() {
      machine.step(HOUR.negated());
      assertElapsed(Duration.ZERO);
      machine.pass(HOUR);
      assertElapsed(HOUR);
    }

    @Test
    void a_suspension_counts() {
      machine.suspend(HOUR);
      assertElapsed(HOUR);
      machine.pass(HOUR);
      assertElapsed(HOUR.multipliedBy(2));
    }

    @Test
    void a_wall_clock_that_is_set_forward_counts_as_a_suspension() {
      machine.step(HOUR);
      assertElapsed(HOUR);
    }

    @Test
    void a_suspension_counts_after_the_wall_clock_was_set_back() {
      machine.step(HOUR.multipliedBy(-24));
      assertElapsed(Duration.ZERO);
      machine.suspend(HOUR);
      assertElapsed(HOUR);
    }

    @Test
    void readings_that_are_not_at_one_moment_do_not_add_up() {
      for (var i = 0; i < 100; i++) {
        machine.step(Duration.ofMillis(i % 2 == 0 ? 900 : -900));
        var _ = clock.instant();
      }
      assertElapsed(Duration.ZERO);
    }
  }

  @Nested
  class While_a_clock_is_followed_that_counts_suspension {
    @BeforeEach
    void follow() {
      machine.pass(HOUR);
      clock.follow(machine::bootTime);
    }

    @Test
    void there_was_no_step() {
      assertElapsed(HOUR);
    }

    @Test
    void time_passes() {
      machine.pass(HOUR);
      assertElapsed(HOUR.multipliedBy(2));
    }

    @Test
    void a_suspension_counts_once() {
      machine.suspend(HOUR);
      assertElapsed(HOUR.multipliedBy(2));
    }

    @Test
    void a_wall_clock_that_is_set_changes_nothing() {
      machine.step(HOUR.negated());
      assertElapsed(HOUR);
      machine.step(HOUR.multipliedBy(48));
      assertElapsed(HOUR);
    }
  }

  @Test
  void it_does_not_step_back_where_another_thread_sees_the_wall_clock_set_forward_meanwhile() {
    var readByAnother = new ArrayDeque<Runnable>();
    var raced =
        new AgentClock(
            () -> {
              var before = machine.wall();
              Optional.ofNullable(readByAnother.poll()).ifPresent(Runnable::run);
              return before;
            },
            machine::monotonic);
    readByAnother.add(
        () -> {
          machine.step(HOUR);
          assertThat(raced.instant()).isEqualTo(start.plus(HOUR));
        });

    raced.follow(machine::bootTime);

    assertThat(raced.instant()).isEqualTo(start.plus(HOUR));
  }
}
