package dev.kmsagent.adapters.cache.shared;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/**
 * How the store is waited for. It answers, or fails, within timeouts of its own; so that these do
 * not add up to the time of a request, nobody waits for longer than half of what is left of it.
 *
 * @param background for tasks that wait
 */
record StoreTimeouts(InstantSource clock, Background background) {
  /** Until when there is time to wait. */
  Instant half(Instant deadline) {
    var now = clock.instant();
    return now.plus(Duration.between(now, deadline).dividedBy(2));
  }

  /** Does {@code task} at {@code end} unless {@code stage} is complete by then. */
  void at(Instant end, CompletableFuture<?> stage, Runnable task) {
    var left = Duration.between(clock.instant(), end);
    var timer = background.scheduler().schedule(left.isNegative() ? Duration.ZERO : left, task);
    var _ = stage.whenComplete((_, _) -> timer.cancel());
  }
}
