package dev.kmsagent.bootstrap.wiring;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The clocks of a machine that can be suspended, and whose wall clock can be set. */
final class Machine {
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private Duration monotonic = Duration.ofDays(-3);
  private Duration uptime = Duration.ofDays(20);

  Instant wall() {
    return wall;
  }

  long monotonic() {
    return monotonic.toNanos();
  }

  /** In hundredths of a second, as Linux shows it. */
  Optional<Duration> uptime() {
    return Optional.of(Duration.ofMillis(uptime.toMillis() / 10 * 10));
  }

  void pass(Duration time) {
    monotonic = monotonic.plus(time);
    suspend(time);
  }

  void suspend(Duration time) {
    uptime = uptime.plus(time);
    step(time);
  }

  /** Sets the wall clock. */
  void step(Duration time) {
    wall = wall.plus(time);
  }
}
