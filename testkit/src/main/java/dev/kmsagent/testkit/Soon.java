package dev.kmsagent.testkit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits, in real time, for what others do in the background. */
public final class Soon {
  /**
   * It takes milliseconds; a sentinel of Redis does nothing for 30 s after it stood still for 2.
   */
  static final Duration PATIENCE = Duration.ofSeconds(45);

  private Soon() {}

  /**
   * Returns once the condition holds.
   *
   * @throws AssertionError when it does not within 45 s
   */
  public static void assertSoon(BooleanSupplier condition) {
    assertWithin(PATIENCE, condition);
  }

  /**
   * Returns once the condition holds.
   *
   * @throws AssertionError when it does not in time
   */
  static void assertWithin(Duration patience, BooleanSupplier condition) {
    var clock = InstantSource.system();
    var end = clock.instant().plus(patience);
    while (!condition.getAsBoolean()) {
      if (clock.instant().isAfter(end)) {
        throw new AssertionError("not within " + patience);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
