package dev.kmsagent.application;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A map with a bound whose entries each have an end. When it is full, entries past their end are
 * removed, then any. Thread-safe; reading takes no lock.
 */
final class BoundedMap<K, V> {
  private final ConcurrentMap<K, Timed<V>> entries = new ConcurrentHashMap<>();
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

  void put(K key, V content, Instant end, Instant now) {
    makeRoom(now);
    entries.put(key, new Timed<>(content, end));
  }

  void remove(K key) {
    entries.remove(key);
  }

  int size() {
    return entries.size();
  }

  private void makeRoom(Instant now) {
    if (entries.size() < bound) {
      return;
    }
    entries.values().removeIf(entry -> !now.isBefore(entry.end()));
    var keys = entries.keySet().iterator();
    while (entries.size() >= bound && keys.hasNext()) {
      keys.next();
      keys.remove();
    }
  }
}
