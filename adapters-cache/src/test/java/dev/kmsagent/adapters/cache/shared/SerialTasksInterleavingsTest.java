package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Interleavings.require;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.testkit.Interleavings;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("the classes of the whole program are instrumented")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SerialTasksInterleavingsTest {
  private static final String KEY = "app/db";

  /** A queue of tasks, as far as it is checked. */
  interface Queued {
    void add(Supplier<CompletionStage<Void>> task);

    CompletableFuture<Void> ended();
  }

  /** Threads add tasks of one key, and end those that have begun. */
  public abstract static class Operations {
    private final Queued tasks;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();

    Operations(Queued tasks) {
      this.tasks = tasks;
    }

    @Operation
    public void add() {
      added.incrementAndGet();
      tasks.add(this::begin);
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
      require(tasks.ended().isDone(), "the queue is empty");
    }
  }

  /** On the class itself. */
  public static final class OnSerialTasks extends Operations {
    public OnSerialTasks() {
      super(queued(new SerialTasks<>(Runnable::run)));
    }

    private static Queued queued(SerialTasks<String> tasks) {
      return new Queued() {
        @Override
        public void add(Supplier<CompletionStage<Void>> task) {
          tasks.add(KEY, task);
        }

        @Override
        public CompletableFuture<Void> ended() {
          return tasks.ended(KEY);
        }
      };
    }
  }

  /** A queue that reads its last task and then replaces it, in two steps. */
  static final class Racing implements Queued {
    private final Executor executor = Runnable::run;
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    @Override
    public void add(Supplier<CompletionStage<Void>> task) {
      var before = last;
      var ended = new CompletableFuture<Void>();
      last = ended;
      var _ =
          before.thenComposeAsync(_ -> task.get(), executor).thenRun(() -> ended.complete(null));
    }

    @Override
    public CompletableFuture<Void> ended() {
      return last;
    }
  }

  /** On the queue with a race. */
  public static final class OnRacing extends Operations {
    public OnRacing() {
      super(new Racing());
    }
  }

  @Test
  void tasks_of_one_key_run_one_at_a_time_however_threads_interleave() {
    Interleavings.check(OnSerialTasks.class);
  }

  @Test
  void a_planted_race_is_found() {
    assertThatThrownBy(() -> Interleavings.modelCheck(OnRacing.class))
        .hasMessageContaining("add()");
  }
}
