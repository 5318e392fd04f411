package dev.kmsagent.adapters.telemetry;

import java.time.Duration;
import java.time.Instant;

/** Whole seconds, for people. */
final class Seconds {
  private Seconds() {}

  /** None where the clock was set back. */
  static long between(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toSeconds());
  }
}
