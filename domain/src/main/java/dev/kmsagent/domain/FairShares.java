package dev.kmsagent.domain;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Permits that groups share: at most a fixed number in all, and of these each group an equal share
 * at most. A group without a permit always gets one, up to as many more permits as there are in
 * all, so that no group can keep another out. Thread-safe; it never blocks.
 *
 * @param <G> names a group; usable as a key of a map
 */
public final class FairShares<G> {
  private final int max;
  private final int reserved;
  private final Map<G, Integer> held = new HashMap<>();
  private final AtomicInteger total = new AtomicInteger();

  private FairShares(int max, int reserved) {
    this.max = max;
    this.reserved = reserved;
  }

  /**
   * One share is kept for a group that comes, as permits are released: a group that is alone has
   * half of them.
   */
  public static <G> FairShares<G> ofMany(int max) {
    return new FairShares<>(max, 1);
  }

  /** A group that is alone has all permits. */
  public static <G> FairShares<G> ofOne(int max) {
    return new FairShares<>(max, 0);
  }

  /** Whether a permit would be acquired now. */
  public synchronized boolean hasRoom(G group) {
    int own = held.getOrDefault(group, 0);
    int groups = held.size() + (own == 0 ? 1 : 0) + reserved;
    return own == 0 ? total.get() < 2 * max : total.get() < max && own < max / groups;
  }

  /** Acquires a permit, which is to be released; false: there is none for this group. */
  public synchronized boolean tryAcquire(G group) {
    if (!hasRoom(group)) {
      return false;
    }
    held.merge(group, 1, Integer::sum);
    total.incrementAndGet();
    return true;
  }

  /** Releases a permit that this group acquired. */
  public synchronized void release(G group) {
    held.computeIfPresent(group, (_, own) -> own == 1 ? null : own - 1);
    total.decrementAndGet();
  }
}
