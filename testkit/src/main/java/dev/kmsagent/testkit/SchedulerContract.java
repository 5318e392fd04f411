package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link Scheduler} does. A delay that a test does not wait for is an hour. */
public interface SchedulerContract {
  Duration FAR = Duration.ofHours(1);

  /** What the tasks of a test throw; tasks that run on the thread of the test throw it there. */
  RuntimeException PLANTED = new IllegalStateException("planted");

  /** The scheduler under test: one for each test, the same throughout it. */
  Scheduler scheduler();

  /** Returns once the condition holds, which tasks bring about. */
  default void await(BooleanSupplier condition) {
    Patience.assertSoon(condition);
  }

  /** What {@link #await} is for a scheduler on virtual time. */
  static void advanceUntil(BooleanSupplier condition, VirtualTime time) {
    try {
      time.advanceUntil(condition, FAR);
    } catch (IllegalStateException thrown) {
      assertThat(thrown).isSameAs(PLANTED);
      advanceUntil(condition, time);
    }
  }

  @Test
  default void a_task_runs_after_its_delay_and_not_before() {
    var ran = new ConcurrentLinkedQueue<String>();
    scheduler().schedule(FAR, () -> ran.add("far"));
    scheduler().schedule(Duration.ofMillis(1), () -> ran.add("near"));
    await(() -> !ran.isEmpty());
    assertThat(ran).containsExactly("near");
  }

  @Test
  default void tasks_of_the_same_time_run_in_the_order_of_scheduling_and_none_is_due_in_the_past() {
    var ran = new ConcurrentLinkedQueue<Integer>();
    IntStream.range(0, 999)
        .forEach(i -> scheduler().schedule(Duration.ofSeconds(-i % 3), () -> ran.add(i)));
    catchUp();
    assertThat(ran).containsExactlyElementsOf(IntStream.range(0, 999).boxed().toList());
  }

  @Test
  default void a_task_that_is_cancelled_before_it_runs_does_not_run_and_the_others_do() {
    var ran = new ConcurrentLinkedQueue<String>();
    now(
        () -> {
          var timer = now(() -> ran.add("cancelled"));
          now(() -> ran.add("other"));
          timer.cancel();
        });
    await(() -> !ran.isEmpty());
    assertThat(ran).containsExactly("other");
  }

  @Test
  default void cancelling_a_task_that_runs_or_has_run_does_nothing() {
    var timer = new CompletableFuture<Timer>();
    var isInterrupted = new ConcurrentLinkedQueue<Boolean>();
    Runnable cancelled =
        () -> {
          Patience.join(timer).cancel();
          isInterrupted.add(Thread.currentThread().isInterrupted());
        };
    timer.complete(now(cancelled));
    catchUp();
    timer.join().cancel();
    catchUp();
    assertThat(isInterrupted).containsExactly(false);
  }

  @Test
  default void a_task_that_throws_does_not_end_the_others() {
    now(
        () -> {
          throw PLANTED;
        });
    catchUp();
  }

  @Test
  default void a_task_runs_after_the_one_that_scheduled_it() {
    var ran = new ConcurrentLinkedQueue<String>();
    now(
        () -> {
          now(() -> ran.add("second"));
          ran.add("first");
        });
    await(() -> ran.size() == 2);
    assertThat(ran).containsExactly("first", "second");
  }

  @Test
  default void tasks_that_threads_schedule_at_once_run_once_in_the_order_of_each_thread() {
    var ran = Stream.generate(() -> new ConcurrentLinkedQueue<Integer>()).limit(8).toList();
    try (var threads = Executors.newFixedThreadPool(8)) {
      ran.forEach(own -> threads.execute(() -> scheduleMany(own)));
      await(() -> ran.stream().allMatch(own -> own.size() == 500));
    }
    assertThat(ran)
        .allSatisfy(own -> assertThat(List.copyOf(own)).isSorted().doesNotHaveDuplicates());
  }

  private void scheduleMany(Queue<Integer> ran) {
    for (var i = 0; i < 500; i++) {
      var number = i;
      scheduler().schedule(FAR, () -> ran.add(-1)).cancel();
      now(() -> ran.add(number));
    }
  }

  @Test
  default void a_stage_completes_after_the_delay_unless_it_was_completed_before() {
    var late = new CompletableFuture<String>();
    var inTime = new CompletableFuture<String>();
    var done = CompletableFuture.completedFuture("done");
    scheduler().completeAfter(Duration.ofMillis(1), late, () -> "late");
    scheduler().completeAfter(FAR, inTime, () -> "late");
    scheduler().completeAfter(Duration.ZERO, done, () -> "late");
    inTime.complete("in time");
    await(late::isDone);
    catchUp();
    assertThat(List.of(late.join(), inTime.join(), done.join()))
        .containsExactly("late", "in time", "done");
  }

  private Timer now(Runnable task) {
    return scheduler().schedule(Duration.ZERO, task);
  }

  /** Returns once the tasks have run whose time has come. */
  private void catchUp() {
    var ran = new CompletableFuture<Boolean>();
    now(() -> ran.complete(true));
    await(ran::isDone);
  }
}
