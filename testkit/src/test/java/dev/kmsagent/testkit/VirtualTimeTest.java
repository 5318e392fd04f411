package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class VirtualTimeTest implements SchedulerContract {
  private final VirtualTime time = new VirtualTime();

  @Override
  public VirtualTime scheduler() {
    return time;
  }

  @Override
  public void await(BooleanSupplier condition) {
    SchedulerContract.advanceUntil(condition, time);
  }

  @Test
  void tasks_run_in_the_order_of_their_times_each_at_its_own() {
    var ran = new ArrayList<Duration>();
    IntStream.of(3, 1, 4, 0, 2)
        .mapToObj(Duration::ofHours)
        .forEach(delay -> time.schedule(delay, () -> ran.add(sinceStart())));
    time.advance(Duration.ofHours(3));
    assertThat(ran).hasSize(4).isSorted().endsWith(Duration.ofHours(3));
    assertThat(time.waiting()).isEqualTo(1);
  }

  private Duration sinceStart() {
    return Duration.between(VirtualTime.START, time.instant());
  }
}
