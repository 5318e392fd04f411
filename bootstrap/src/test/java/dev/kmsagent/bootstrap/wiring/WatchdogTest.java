package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
  private static final Duration ON_TIME = Duration.ofMillis(5_010);
  private static final Duration LATE = Duration.ofMillis(6_100);

  private final List<String> ends = new ArrayList<>();
  private final Queue<Runnable> blocked = new ArrayDeque<>();
  private final Watchdog watchdog =
      new Watchdog(
          List.of(
              new Watchdog.Watched("timers", Runnable::run),
              new Watchdog.Watched("main listener", blocked::add)),
          ends::add);

  private void check(int times, Duration elapsed) {
    for (var i = 0; i < times; i++) {
      watchdog.check(elapsed);
    }
  }

  private void unblock() {
    blocked.remove().run();
  }

  @Test
  void a_thread_that_does_not_run_for_half_a_minute_ends_the_process() {
    check(7, ON_TIME);
    assertThat(blocked).as("no tasks pile up").hasSize(1);
    assertThat(ends)
        .containsExactly(
            "the thread of the main listener has not run for 30 seconds: the process ends");
  }

  @Test
  void a_thread_that_is_slower_is_left_alone() {
    check(6, ON_TIME);
    unblock();
    check(6, ON_TIME);
    unblock();
    check(6, ON_TIME);
    assertThat(ends).isEmpty();
  }

  @Test
  void a_process_that_does_not_get_the_processor_is_left_alone() {
    check(100, LATE);
    assertThat(ends).isEmpty();
  }

  @Test
  void a_process_that_was_suspended_gets_its_half_minute_anew() {
    check(6, ON_TIME);
    check(1, Duration.ofHours(8));
    check(5, ON_TIME);
    assertThat(ends).isEmpty();
    check(1, ON_TIME);
    assertThat(ends).hasSize(1);
  }
}
