package dev.kmsagent.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits, in real time, for what others do in the background. */
public final class Soon {
  /** It takes milliseconds; a machine that does much else gets time. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Soon() {}

  /**
   * Returns once the condition holds.
   *
   * @throws AssertionError when it does not within 20 s
   */
  public static void assertSoon(BooleanSupplier condition) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
