package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/**
 * How long callers wait for the store. Its own timeouts may add up, so a caller waits for at most
 * half of the time to its deadline, and can still read from KMS in the other half.
 */
record StoreTimeouts(InstantSource clock, Scheduler scheduler) {
  /** The middle of the time to {@code deadline}. */
  Instant half(Instant deadline) {
    var now = clock.instant();
    return now.plus(Duration.between(now, deadline).dividedBy(2));
  }

  /** Runs {@code task} at {@code end} unless {@code stage} is complete by then. */
  void at(Instant end, CompletableFuture<?> stage, Runnable task) {
    var left = Duration.between(clock.instant(), end);
    var timer = scheduler.schedule(left.isNegative() ? Duration.ZERO : left, task);
    var _ = stage.whenComplete((_, _) -> timer.cancel());
  }
}
