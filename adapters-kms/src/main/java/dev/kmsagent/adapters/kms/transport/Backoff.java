package dev.kmsagent.adapters.kms.transport;

import java.time.Duration;

/**
 * Exponential back-off: the bound on a pause is {@code first} and doubles with each further failure
 * up to {@code max}. Jitter is the caller's.
 */
public record Backoff(Duration first, Duration max) {
  /** The bound after so many failures in a row, at least one. */
  public Duration bound(int failures) {
    var doublings = Math.min(failures - 1, Integer.SIZE);
    return Duration.ofMillis(Math.min(first.toMillis() << doublings, max.toMillis()));
  }
}
