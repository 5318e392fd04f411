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
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

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

  /** The time until what lasts for {@code life} is renewed: a random part, from 0.5 to 0.8. */
  public Duration untilRenewal(Duration life) {
    return part(life.toMillis(), 0.5, 0.8);
  }

  /**
   * The pause after {@code failures} in a row, at least one: exponential back-off from one second
   * to {@code longest}, with equal jitter, which is between half and all of it.
   */
  public Duration backoff(int failures, Duration longest) {
    var doubled = FIRST_PAUSE.toMillis() << Math.clamp(failures - 1L, 0, 30);
    return part(Math.min(doubled, longest.toMillis()), 0.5, 1);
  }

  private Duration part(long millis, double low, double high) {
    var ratio = low + (high - low) * chance.getAsDouble();
    return Duration.ofMillis((long) (millis * ratio));
  }
}
