package dev.kmsagent.adapters.telemetry;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Keeps to a number of log lines in each second, and tells how many it left out. Thread-safe. */
final class PerSecondThrottle {
  private final InstantSource clock;
  private final int most;

  /** The second since the epoch, and in the lower half how many lines were to be written in it. */
  private final AtomicLong state = new AtomicLong();

  PerSecondThrottle(InstantSource clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /**
   * Whether one more line is among the first of its second.
   *
   * @param leftOut is told, once a later second has begun, how many lines were not
   */
  boolean admits(LongConsumer leftOut) {
    long second = clock.millis() / 1000 & Integer.MAX_VALUE;
    while (true) {
      long was = state.get();
      boolean goesOn = was >>> Integer.SIZE == second;
      long is = goesOn ? was + 1 : second << Integer.SIZE | 1;
      if (state.compareAndSet(was, is)) {
        if (!goesOn && lines(was) > most) {
          leftOut.accept(lines(was) - most);
        }
        return lines(is) <= most;
      }
    }
  }

  private static long lines(long state) {
    return state & 0xffff_ffffL;
  }
}
