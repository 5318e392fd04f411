package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.time.Clocks;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What a shared cache runs on: time, threads, randomness, and the receiver of events.
 *
 * @param executor for writes
 */
public record Means(
    Clocks clocks,
    Scheduler scheduler,
    Executor executor,
    SecureRandom random,
    AgentEvents events) {
  /** The time by the agent's clock. */
  Instant now() {
    return clocks.agent().instant();
  }

  /**
   * The middle of the time to {@code deadline}: until then a caller waits for the store, whose own
   * timeouts may add up, so that it can still read from KMS afterwards.
   */
  Instant half(Instant deadline) {
    var now = now();
    return now.plus(Duration.between(now, deadline).dividedBy(2));
  }

  /** Runs {@code task} at {@code end} unless {@code stage} is complete by then. */
  void at(Instant end, CompletableFuture<?> stage, Runnable task) {
    var left = Duration.between(now(), end);
    var timer = scheduler.schedule(left.isNegative() ? Duration.ZERO : left, task);
    var _ = stage.whenComplete((_, _) -> timer.cancel());
  }
}
