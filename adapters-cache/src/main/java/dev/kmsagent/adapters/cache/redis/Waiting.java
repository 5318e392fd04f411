package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * How the store is waited for. It answers, or fails, within timeouts of its own; so that these do
 * not add up to the time of a request, nobody waits for longer than half of what is left of it.
 *
 * @param executor for tasks that wait: virtual threads
 */
record Waiting(InstantSource clock, Scheduler scheduler, Executor executor) {
  /** Until when there is time to wait. */
  Instant half(Instant deadline) {
    var now = clock.instant();
    return now.plus(Duration.between(now, deadline).dividedBy(2));
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
