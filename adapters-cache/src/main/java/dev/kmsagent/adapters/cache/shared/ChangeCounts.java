package dev.kmsagent.adapters.cache.shared;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How often hashes of the store were changed: a look at one that was changed meanwhile may have
 * come too early. Hashes share counters, so that at times one seems to be changed that was not.
 * Thread-safe, without locks.
 */
final class ChangeCounts {
  private static final int COUNTERS = 1024;

  private final AtomicIntegerArray counters = new AtomicIntegerArray(COUNTERS);

  void count(String hash) {
    counters.incrementAndGet(counter(hash));
  }

  /** Another number than before once one of the hashes was changed. */
  int of(Collection<String> hashes) {
    return hashes.stream().mapToInt(hash -> counters.get(counter(hash))).sum();
  }

  private static int counter(String hash) {
    return Math.floorMod(hash.hashCode(), COUNTERS);
  }
}
