package dev.kmsagent.testkit.redis;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits until servers have found each other. */
final class Patience {
  private static final long SECONDS = 30;

  private Patience() {}

  /**
   * Returns once the condition holds.
   *
   * @param state of things, for people, when it does not
   */
  static void await(BooleanSupplier condition, Supplier<String> state) {
    var clock = InstantSource.system();
    var end = clock.instant().plusSeconds(SECONDS);
    while (!condition.getAsBoolean()) {
      if (clock.instant().isAfter(end)) {
        throw new IllegalStateException("not within " + SECONDS + " s:\n" + state.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
