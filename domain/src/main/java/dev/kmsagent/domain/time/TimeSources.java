package dev.kmsagent.domain.time;

import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Clocks, timers and randomness.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record TimeSources(Clocks clocks, Scheduler scheduler, DoubleSupplier chance) {
  /** Soon enough after a hiccup. */
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);

  /** The agent's clock. */
  public InstantSource clock() {
    return clocks.agent();
  }

  /** The time by the agent's clock. */
  public Instant now() {
    return clock().instant();
  }

  /** Completes {@code stage} with {@code late} if it is not complete at {@code end}. */
  public <T> CompletionStage<T> completeAt(
      Instant end, CompletableFuture<T> stage, Supplier<? extends T> late) {
    return scheduler.completeAfter(Duration.between(now(), end), stage, late);
  }

  /**
   * The pause after {@code failures} in a row, at least one: exponential, with equal jitter, which
   * is between half and all of a delay that doubles.
   */
  public static Duration backoff(int failures, Duration longest, double chance) {
    var doublings = Math.clamp(failures - 1L, 0, 30);
    var ceiling = Math.min(longest.toMillis(), FIRST_BACKOFF.toMillis() << doublings);
    return Duration.ofMillis(Math.round(ceiling * (0.5 + chance / 2)));
  }
}
