package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.Scheduler;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BoundedReadTest {
  /** Time passes at once where something has not happened yet. */
  private static final Scheduler PASSED =
      (_, task) -> {
        task.run();
        return () -> {};
      };

  private final Queue<Runnable> begun = new ArrayDeque<>();
  private final AtomicInteger content = new AtomicInteger();

  @Test
  void what_is_there_at_once_is_read_each_time() {
    var read = new BoundedRead<>(content::incrementAndGet, Runnable::run, PASSED);
    assertThat(read.get()).contains(1);
    assertThat(read.get()).contains(2);
  }

  @Test
  void while_a_read_hangs_nothing_is_there_and_no_other_begins() {
    var read = new BoundedRead<>(content::incrementAndGet, begun::add, PASSED);
    assertThat(read.get()).isEmpty();
    assertThat(read.get()).isEmpty();
    assertThat(begun).hasSize(1);
    begun.remove().run();
    assertThat(read.get()).isEmpty();
    assertThat(begun).hasSize(1);
    assertThat(content).hasValue(1);
  }
}
