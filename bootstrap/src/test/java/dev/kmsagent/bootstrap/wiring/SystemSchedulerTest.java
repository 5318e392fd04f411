package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SchedulerContract;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class SystemSchedulerTest implements SchedulerContract {
  @AutoClose private final SystemScheduler scheduler = new SystemScheduler("timers-under-test");

  @Override
  public SystemScheduler scheduler() {
    return scheduler;
  }

  /** Keeps the timers' thread busy until {@code end} comes; gives the thread. */
  private Thread busyUntil(CompletableFuture<Void> end) {
    var thread = new CompletableFuture<Thread>();
    scheduler.schedule(
        Duration.ZERO,
        () -> {
          thread.complete(Thread.currentThread());
          end.join();
        });
    return thread.join();
  }

  /** Waits until all is done whose time has come. */
  private void catchUp() {
    var ran = new CompletableFuture<Void>();
    scheduler.schedule(Duration.ZERO, () -> ran.complete(null));
    ran.join();
  }

  @Test
  void a_task_runs_on_a_daemon_that_bears_the_name_when_its_time_has_come() {
    var start = System.nanoTime();
    var thread = new CompletableFuture<Thread>();

    scheduler.schedule(Duration.ofMillis(20), () -> thread.complete(Thread.currentThread()));

    assertThat(thread.join().isDaemon()).isTrue();
    assertThat(thread.join().getName()).isEqualTo("timers-under-test");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void a_task_that_throws_is_told_to_the_handler_and_the_timers_go_on() {
    var told = new CompletableFuture<Throwable>();
    var bug = new StackOverflowError();

    scheduler.schedule(
        Duration.ZERO,
        () -> {
          Thread.currentThread().setUncaughtExceptionHandler((_, thrown) -> told.complete(thrown));
          throw bug;
        });
    catchUp();

    assertThat(told).isCompletedWithValue(bug);
  }

  @Test
  void timers_set_before_and_after_it_closes_are_dropped() throws InterruptedException {
    var end = new CompletableFuture<Void>();
    var thread = busyUntil(end);
    var before = new CompletableFuture<Void>();
    var after = new CompletableFuture<Void>();
    scheduler.schedule(Duration.ZERO, () -> before.complete(null));

    scheduler.close();
    scheduler.schedule(Duration.ZERO, () -> after.complete(null));
    end.complete(null);
    thread.join();

    assertThat(before).isNotDone();
    assertThat(after).isNotDone();
  }
}
