package dev.kmsagent.adapters.kms.resilience;

import java.time.Duration;

/** Tells how close calls follow each other. Not thread-safe. Times are nanoseconds of one clock. */
final class RecentCalls {
  private final long window;
  private long begun;
  private long current;
  private long previous;

  /**
   * @param window for so long they are counted; it is the longest pause that can be told
   */
  RecentCalls(Duration window, long now) {
    this.window = window.toNanos();
    this.begun = now;
  }

  void count(long now) {
    turn(now);
    current++;
  }

  /** The mean pause in the last whole window or in the one that runs, whichever had more calls. */
  double pause(long now) {
    turn(now);
    return (double) window / Math.max(1, Math.max(previous, current));
  }

  private void turn(long now) {
    var windows = (now - begun) / window;
    if (windows > 0) {
      previous = windows == 1 ? current : 0;
      current = 0;
      begun += windows * window;
    }
  }
}
