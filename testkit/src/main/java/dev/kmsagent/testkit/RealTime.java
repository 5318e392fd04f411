package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers for tests of what is outside this process, where time cannot be virtual. Thread-safe. */
public final class RealTime implements Scheduler, AutoCloseable {
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("test-timers").factory());

  public RealTime() {
    timers.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    if (timers.isShutdown()) {
      return () -> {};
    }
    var waiting = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> waiting.cancel(false);
  }

  /** How many tasks wait. */
  public int waiting() {
    return timers.getQueue().size();
  }

  @Override
  public void close() {
    timers.shutdownNow();
  }
}
