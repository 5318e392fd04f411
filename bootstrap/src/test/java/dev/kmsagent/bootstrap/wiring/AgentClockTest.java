package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AgentClockTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Machine machine = new Machine();
  private final AgentClock clock = clock(machine::uptime);
  private final AgentClock withoutUptime = clock(Optional::empty);
  private final Instant start = clock.instant();

  /** The clocks of a machine that can be suspended, and whose wall clock can be set. */
  private static final class Machine {
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private Duration monotonic = Duration.ofDays(-3);
    private Duration uptime = Duration.ofDays(20);

    /** In hundredths of a second, as Linux shows it. */
    Optional<Duration> uptime() {
      return Optional.of(Duration.ofMillis(uptime.toMillis() / 10 * 10));
    }

    void pass(Duration time) {
      monotonic = monotonic.plus(time);
      suspend(time);
    }

    void suspend(Duration time) {
      uptime = uptime.plus(time);
      step(time);
    }

    /** Sets the wall clock. */
    void step(Duration time) {
      wall = wall.plus(time);
    }
  }

  private AgentClock clock(Supplier<Optional<Duration>> uptime) {
    return new AgentClock(() -> machine.wall, () -> machine.monotonic.toNanos(), uptime);
  }

  private void assertElapsed(Duration expected) {
    assertThat(Duration.between(start, clock.instant())).isEqualTo(expected);
  }

  @Test
  void it_starts_at_the_wall_clock_and_time_passes() {
    assertThat(start).isEqualTo(machine.wall);
    machine.pass(HOUR);
    assertElapsed(HOUR);
  }

  @Test
  void a_wall_clock_that_is_set_changes_nothing() {
    machine.step(HOUR.negated());
    assertElapsed(Duration.ZERO);
    machine.pass(HOUR);
    assertElapsed(HOUR);
    machine.step(HOUR.multipliedBy(48));
    assertElapsed(HOUR);
  }

  @Test
  void a_suspension_counts_once() {
    machine.suspend(HOUR);
    assertElapsed(HOUR);
    machine.pass(HOUR);
    assertElapsed(HOUR.multipliedBy(2));
  }

  @Test
  void a_suspension_counts_as_long_as_it_was_where_the_wall_clock_is_set_before_and_with_it() {
    machine.step(HOUR.multipliedBy(-24));
    assertElapsed(Duration.ZERO);
    machine.suspend(HOUR);
    machine.step(HOUR.multipliedBy(5));
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

  @Test
  void parts_of_a_hundredth_do_not_add_up() {
    for (var i = 0; i < 100; i++) {
      machine.pass(Duration.ofMillis(1009));
      machine.step(HOUR);
      var _ = clock.instant();
    }
    assertElapsed(Duration.ofMillis(1009).multipliedBy(100));
  }

  @Test
  void it_does_not_step_back_where_another_thread_counts_the_suspension_meanwhile() {
    var others = new ArrayDeque<Supplier<Instant>>();
    var seen = new ArrayList<Instant>();
    var raced =
        clock(
            () -> {
              var before = machine.uptime();
              Optional.ofNullable(others.poll()).ifPresent(other -> seen.add(other.get()));
              return before;
            });
    others.add(
        () -> {
          machine.suspend(HOUR);
          return raced.instant();
        });
    machine.step(HOUR);
    seen.add(raced.instant());
    seen.add(raced.instant());
    assertThat(seen).containsOnly(start.plus(HOUR)).hasSize(3);
  }

  @Test
  void where_the_uptime_cannot_be_read_a_wall_clock_that_is_ahead_counts_as_a_suspension() {
    machine.step(HOUR.negated());
    assertThat(withoutUptime.instant()).isEqualTo(start);
    machine.suspend(HOUR);
    assertThat(withoutUptime.instant()).isEqualTo(start.plus(HOUR));
    machine.pass(HOUR);
    assertThat(withoutUptime.instant()).isEqualTo(start.plus(HOUR.multipliedBy(2)));
    machine.step(HOUR);
    assertThat(withoutUptime.instant()).isEqualTo(start.plus(HOUR.multipliedBy(3)));
  }
}
