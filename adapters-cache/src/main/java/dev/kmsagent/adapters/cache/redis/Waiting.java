package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * How the store is waited for.
 *
 * @param executor for tasks that wait: virtual threads
 * @param patience with one answer
 */
record Waiting(InstantSource clock, Scheduler scheduler, Executor executor, Duration patience) {
  /** When to stop waiting for one answer. */
  Instant end(Instant deadline) {
    var end = clock.instant().plus(patience);
    return end.isBefore(deadline) ? end : deadline;
  }

  /** Does {@code task} at {@code end} unless {@code stage} is complete by then. */
  void at(Instant end, CompletableFuture<?> stage, Runnable task) {
    var left = Duration.between(clock.instant(), end);
    var timer = scheduler.schedule(left.isNegative() ? Duration.ZERO : left, task);
    var _ = stage.whenComplete((_, _) -> timer.cancel());
  }

  /** Does {@code task}, which may wait, after a pause. */
  void later(Duration pause, Runnable task) {
    scheduler.schedule(pause, () -> executor.execute(task));
  }
}
