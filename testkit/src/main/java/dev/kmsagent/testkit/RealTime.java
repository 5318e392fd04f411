package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Timers for tests of what is outside this process, where time cannot be virtual. Thread-safe. */
public final class RealTime implements Scheduler, AutoCloseable {
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("test-timers").factory());

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    if (timers.isShutdown()) {
      return () -> {};
    }
    var waiting = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> waiting.cancel(false);
  }

  @Override
  public void close() {
    timers.shutdownNow();
  }
}
