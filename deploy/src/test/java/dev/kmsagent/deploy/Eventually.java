package dev.kmsagent.deploy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what takes its time elsewhere. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final Duration INTERVAL = Duration.ofMillis(100);

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
