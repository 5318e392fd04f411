package dev.kmsagent.adapters.kms.resilience;

import java.util.concurrent.TimeUnit;

/** Counts calls by the second. Not thread-safe. Times are nanoseconds of one clock. */
final class RecentCalls {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long begun;
  private long current;
  private long previous;

  RecentCalls(long now) {
    this.begun = now;
  }

  void count(long now) {
    turn(now);
    current++;
  }

  /** The calls of the last whole second or of the one that runs, whichever had more; at least 1. */
  long perSecond(long now) {
    turn(now);
    return Math.max(1, Math.max(previous, current));
  }

  private void turn(long now) {
    var seconds = (now - begun) / SECOND;
    if (seconds > 0) {
      previous = seconds == 1 ? current : 0;
      current = 0;
      begun += seconds * SECOND;
    }
  }
}
