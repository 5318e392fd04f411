package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Timers on one daemon thread of this process. A task that throws is a bug: it goes to the thread's
 * handler for uncaught exceptions, and the timers go on.
 */
public final class SystemScheduler implements Scheduler, AutoCloseable {
  private final ScheduledThreadPoolExecutor timers;

  public SystemScheduler(String threadName) {
    timers =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(threadName).factory());
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timers.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    var waiting = timers.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> waiting.cancel(false);
  }

  /** The clocks of this process, which start now, with these timers. */
  public TimeSources timing() {
    var clocks = AgentClock.system().clocks();
    return new TimeSources(clocks, this, () -> ThreadLocalRandom.current().nextDouble());
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable bug) {
      var thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
    }
  }

  /** Drops the timers that still wait, and those that come later. */
  @Override
  public void close() {
    timers.getQueue().clear();
    timers.shutdown();
  }
}
