package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Does what waits on threads of its own, now or later. What is begun after the end of the agent is
 * not done: nobody waits for it any more.
 *
 * @param executor for tasks that wait: virtual threads
 */
public record Background(Executor executor, Scheduler scheduler) {
  /** Does {@code task}, which may wait, now. */
  public void run(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException _) {
      // The agent ends.
    }
  }

  /** Does {@code task}, which may wait, after a pause. */
  public Scheduler.Timer later(Duration pause, Runnable task) {
    return scheduler.schedule(pause, () -> run(task));
  }
}
