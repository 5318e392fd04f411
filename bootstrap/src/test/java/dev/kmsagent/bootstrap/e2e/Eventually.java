package dev.kmsagent.bootstrap.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what takes its time in another process. */
public final class Eventually {
  /**
   * Long enough for a machine that does much else; what holds is seen within a few milliseconds.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration INTERVAL = Duration.ofMillis(10);

  private Eventually() {}

  /** Looks again and again until what it sees is as it should be, and gives that. */
  public static <T> T see(Supplier<T> look, Predicate<? super T> asItShould) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    var seen = look.get();
    while (!asItShould.test(seen)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Not within " + PATIENCE + "; last seen: " + seen);
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
      seen = look.get();
    }
    return seen;
  }
}
