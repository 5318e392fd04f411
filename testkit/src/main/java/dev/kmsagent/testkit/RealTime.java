package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers for tests of what is outside this process, where time cannot be virtual. Thread-safe. */
public final class RealTime implements Scheduler, AutoCloseable {
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("test-timers").factory());

  private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();

  public RealTime() {
    timers.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    if (timers.isShutdown()) {
      return () -> {};
    }
    var waiting = timers.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> waiting.cancel(false);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException bug) {
      failures.add(bug);
    }
  }

  /** What tasks threw so far. */
  public List<RuntimeException> failures() {
    return List.copyOf(failures);
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
