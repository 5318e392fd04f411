package dev.kmsagent.application;

import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * Clock, timers and randomness.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record TimeSources(InstantSource clock, Scheduler scheduler, DoubleSupplier chance) {
  /** Soon enough after a hiccup. */
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);

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
