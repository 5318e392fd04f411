package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SystemSchedulerTest {
  private final SystemScheduler scheduler = new SystemScheduler("timers-under-test");

  @AfterEach
  void close() {
    scheduler.close();
  }

  /** Keeps the timers' thread busy until {@code end} comes; gives the thread. */
  private Thread busyUntil(CountDownLatch end) {
    var thread = new CompletableFuture<Thread>();
    scheduler.schedule(
        Duration.ZERO,
        () -> {
          thread.complete(Thread.currentThread());
          awaitUninterrupted(end);
        });
    return thread.join();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all is done whose time has come. */
  private void catchUp() {
    var ran = new CompletableFuture<Void>();
    scheduler.schedule(Duration.ZERO, () -> ran.complete(null));
    ran.join();
  }

  @Test
  void a_task_runs_when_its_time_has_come() {
    var start = System.nanoTime();
    var ran = new CompletableFuture<Long>();

    scheduler.schedule(Duration.ofMillis(20), () -> ran.complete(System.nanoTime()));

    assertThat(Duration.ofNanos(ran.join() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
  }

  @Test
  void tasks_run_on_a_daemon_that_bears_the_name() {
    var thread = new CompletableFuture<Thread>();

    scheduler.schedule(Duration.ZERO, () -> thread.complete(Thread.currentThread()));

    assertThat(thread.join().isDaemon()).isTrue();
    assertThat(thread.join().getName()).isEqualTo("timers-under-test");
  }

  @Test
  void a_task_that_is_cancelled_does_not_run() {
    var end = new CountDownLatch(1);
    busyUntil(end);
    var ran = new CompletableFuture<Void>();
    var timer = scheduler.schedule(Duration.ZERO, () -> ran.complete(null));

    timer.cancel();
    end.countDown();
    catchUp();

    assertThat(ran).isNotDone();
  }

  static Stream<Throwable> bugs() {
    return Stream.of(
        new IllegalStateException("bug"), new StackOverflowError(), new NoClassDefFoundError("X"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void a_task_that_throws_is_told_to_the_handler_and_the_timers_go_on(Throwable bug) {
    var told = new CompletableFuture<Throwable>();

    scheduler.schedule(
        Duration.ZERO,
        () -> {
          Thread.currentThread().setUncaughtExceptionHandler((_, thrown) -> told.complete(thrown));
          throwUnchecked(bug);
        });
    catchUp();

    assertThat(told).isCompletedWithValue(bug);
  }

  private static void throwUnchecked(Throwable bug) {
    switch (bug) {
      case Error error -> throw error;
      case RuntimeException exception -> throw exception;
      default -> throw new AssertionError(bug);
    }
  }

  @Test
  void timers_set_before_and_after_it_closes_are_dropped() throws InterruptedException {
    var end = new CountDownLatch(1);
    var thread = busyUntil(end);
    var before = new CompletableFuture<Void>();
    var after = new CompletableFuture<Void>();
    scheduler.schedule(Duration.ZERO, () -> before.complete(null));

    scheduler.close();
    scheduler.schedule(Duration.ZERO, () -> after.complete(null));
    end.countDown();
    thread.join();

    assertThat(before).isNotDone();
    assertThat(after).isNotDone();
  }
}
