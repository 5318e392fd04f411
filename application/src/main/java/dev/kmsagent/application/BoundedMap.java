package dev.kmsagent.application;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Remembers notes by key until their end, no more than a given number of them. When it is full the
 * ended ones go, then any. Thread-safe; reading takes no lock.
 */
final class BoundedMap<K, V> {
  private final ConcurrentMap<K, Note<V>> notes = new ConcurrentHashMap<>();
  private final int bound;

  private record Note<V>(V content, Instant end) {}

  BoundedMap(int bound) {
    this.bound = bound;
  }

  Optional<V> recall(K key, Instant now) {
    var note = notes.get(key);
    return note != null && now.isBefore(note.end())
        ? Optional.of(note.content())
        : Optional.empty();
  }

  void remember(K key, V content, Instant end, Instant now) {
    makeRoom(now);
    notes.put(key, new Note<>(content, end));
  }

  void forget(K key) {
    notes.remove(key);
  }

  int size() {
    return notes.size();
  }

  private void makeRoom(Instant now) {
    if (notes.size() < bound) {
      return;
    }
    notes.values().removeIf(note -> !now.isBefore(note.end()));
    var keys = notes.keySet().iterator();
    while (notes.size() >= bound && keys.hasNext()) {
      keys.next();
      keys.remove();
    }
  }
}
