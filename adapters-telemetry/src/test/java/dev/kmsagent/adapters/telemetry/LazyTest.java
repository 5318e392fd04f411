package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LazyTest {
  private final AtomicInteger made = new AtomicInteger();
  private final Lazy<Integer> lazy = new Lazy<>(made::incrementAndGet);

  @Test
  void nothing_is_made_before_it_is_asked_for() {
    assertThat(made).hasValue(0);
  }

  @Test
  void many_threads_get_the_one_that_was_made() {
    assertThat(IntStream.range(0, 10_000).parallel().map(_ -> lazy.get()).distinct())
        .containsExactly(1);
    assertThat(made).hasValue(1);
  }
}
