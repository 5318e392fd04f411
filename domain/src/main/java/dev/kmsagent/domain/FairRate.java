package dev.kmsagent.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Limits how often something is done within a time window: a fixed number of times for each key,
 * and within that as {@link FairShares} are shared by the groups of the keys. Thread-safe; it never
 * blocks.
 *
 * @param <K> for whom it is done; usable as a key of a map
 */
public final class FairRate<K> {
  private final Duration window;
  private final int ofKey;
  private final Function<K, Object> group;
  private final FairShares<Object> shares;
  private final Map<K, Integer> counts = new HashMap<>();
  private final Deque<Use<K>> latest = new ArrayDeque<>();

  /** What was counted, and the group that it was counted for. */
  private record Use<K>(K key, Object group, Instant at) {}

  /**
   * @param ofKey how often for a key
   * @param ofAll how often in all, and once for each further group
   * @param group of a key
   */
  public FairRate(Duration window, int ofKey, int ofAll, Function<K, Object> group) {
    this.window = window;
    this.ofKey = ofKey;
    this.group = group;
    this.shares = FairShares.ofMany(ofAll);
  }

  /** Whether it may be done now; counts nothing. */
  public synchronized boolean hasRoom(K key, Instant now) {
    forget(now.minus(window));
    return counts.getOrDefault(key, 0) < ofKey && shares.hasRoom(group.apply(key));
  }

  /** Whether it may be done now, and counts it then. */
  public synchronized boolean admits(K key, Instant now) {
    if (!hasRoom(key, now)) {
      return false;
    }
    var use = new Use<>(key, group.apply(key), now);
    counts.merge(key, 1, Integer::sum);
    return shares.tryAcquire(use.group()) && latest.add(use);
  }

  private void forget(Instant end) {
    for (var use = latest.peek(); use != null && !use.at().isAfter(end); use = latest.peek()) {
      latest.remove();
      counts.computeIfPresent(use.key(), (_, count) -> count == 1 ? null : count - 1);
      shares.release(use.group());
    }
  }
}
