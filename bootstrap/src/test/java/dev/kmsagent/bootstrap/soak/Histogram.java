package dev.kmsagent.bootstrap.soak;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations in buckets of at most 1/16 of their value. Thread-safe. */
final class Histogram {
  private static final int STEPS = 16;
  private static final int BUCKETS = 64 * STEPS;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void add(long nanos) {
    var value = Math.max(nanos, STEPS);
    var power = 63 - Long.numberOfLeadingZeros(value);
    var step = (int) ((value >> (power - 4)) & (STEPS - 1));
    counts.incrementAndGet(power * STEPS + step);
  }

  long count() {
    var sum = 0L;
    for (int i = 0; i < BUCKETS; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /** The upper end of the bucket in which this part of all durations ends. */
  Duration quantile(double part) {
    if (count() == 0) {
      return Duration.ZERO;
    }
    var left = (long) Math.ceil(count() * part);
    for (int i = 0; i < BUCKETS; i++) {
      left -= counts.get(i);
      if (left <= 0) {
        return Duration.ofNanos((long) (STEPS + i % STEPS + 1) << (i / STEPS - 4));
      }
    }
    return Duration.ZERO;
  }
}
