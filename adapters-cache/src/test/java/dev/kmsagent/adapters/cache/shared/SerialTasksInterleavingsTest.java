package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Interleavings.require;

import dev.kmsagent.testkit.Interleavings;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("the classes of the whole program are instrumented")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SerialTasksInterleavingsTest {
  private static final String KEY = "app/db";

  /** Threads add tasks of one key, and end those that have begun. */
  public static final class Operations {
    private final SerialTasks<String> tasks = new SerialTasks<>(Runnable::run);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();

    @Operation
    public void add() {
      added.incrementAndGet();
      var _ = tasks.add(KEY, this::begin);
    }

    private CompletionStage<Void> begin() {
      underWay.incrementAndGet();
      var end = new CompletableFuture<Void>();
      begun.add(end);
      return end;
    }

    @Operation
    public void end() {
      var next = begun.poll();
      if (next != null) {
        require(underWay.getAndDecrement() == 1, "one at a time");
        done.incrementAndGet();
        next.complete(null);
      }
    }

    @Validate
    public void all_have_ended() {
      while (!begun.isEmpty()) {
        end();
      }
      require(done.get() == added.get(), "all tasks run");
      require(tasks.ended(KEY).isDone(), "the queue is empty");
    }
  }

  @Test
  void tasks_of_one_key_run_one_at_a_time_however_threads_interleave() {
    Interleavings.check(Operations.class);
  }
}
