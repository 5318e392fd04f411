package dev.kmsagent.application;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A map with a bound whose entries each have an end. When it is full, the entry that was put first
 * is removed. Thread-safe; reading takes no lock.
 */
final class BoundedMap<K, V> {
  private final ConcurrentMap<K, Timed<V>> entries = new ConcurrentHashMap<>();

  /** The keys in the order in which they were put last; guards every change. */
  private final LinkedHashSet<K> order = new LinkedHashSet<>();

  private final int bound;

  private record Timed<V>(V content, Instant end) {}

  BoundedMap(int bound) {
    this.bound = bound;
  }

  Optional<V> find(K key, Instant now) {
    var entry = entries.get(key);
    return entry != null && now.isBefore(entry.end())
        ? Optional.of(entry.content())
        : Optional.empty();
  }

  void put(K key, V content, Instant end) {
    synchronized (order) {
      order.addLast(key);
      entries.put(key, new Timed<>(content, end));
      if (order.size() > bound) {
        entries.remove(order.removeFirst());
      }
    }
  }

  /** Takes no lock if there is nothing to remove. */
  void remove(K key) {
    if (entries.containsKey(key)) {
      synchronized (order) {
        order.remove(key);
        entries.remove(key);
      }
    }
  }
}
