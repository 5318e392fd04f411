package dev.kmsagent.adapters.kms.resilience;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that never steps back, as Resilience4j needs it. When the clock inside is set back, this
 * one stops for that step and continues. Thread-safe.
 */
final class MonotonicClock extends Clock {
  private final InstantSource clock;
  private Instant read;
  private Instant now;

  MonotonicClock(InstantSource clock) {
    this.clock = clock;
    this.read = clock.instant();
    this.now = read;
  }

  @Override
  public synchronized Instant instant() {
    var current = clock.instant();
    if (current.isAfter(read)) {
      now = now.plus(Duration.between(read, current));
    }
    read = current;
    return now;
  }

  /** Nanoseconds since the epoch. */
  long nanos() {
    return Duration.between(Instant.EPOCH, instant()).toNanos();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /** Zones play no part here. */
  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
