package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tracks how this agent learns of changes in the store. Each gap in the announcements begins a new
 * epoch, in which the copies of earlier epochs have to be checked again. Thread-safe.
 */
final class CoherenceTracker {
  private final EntryStore store;
  private final AgentEvents events;
  private volatile Coherence current = Coherence.DELAYED;
  private final AtomicLong epoch = new AtomicLong();
  private volatile boolean isConnected;

  CoherenceTracker(EntryStore store, AgentEvents events) {
    this.store = store;
    this.events = events;
    store.onAvailabilityChange(this::update);
  }

  /** Publishes the initial state. */
  void begin() {
    events.publish(new CoherenceChanged(current));
  }

  Coherence current() {
    return current;
  }

  long epoch() {
    return epoch.get();
  }

  /** The store announces changes from now on. */
  void connected() {
    epoch.incrementAndGet();
    isConnected = true;
    update();
  }

  /** The store announces nothing any more. */
  void lost() {
    isConnected = false;
    update();
  }

  /** Any entry may have changed. */
  void changedAll() {
    epoch.incrementAndGet();
  }

  /** Changes are published in order: one at a time compares, sets and publishes. */
  private synchronized void update() {
    var now = measure();
    if (current != now) {
      current = now;
      events.publish(new CoherenceChanged(now));
    }
  }

  private Coherence measure() {
    if (!store.isAvailable()) {
      return Coherence.DISCONNECTED;
    }
    return isConnected ? Coherence.IMMEDIATE : Coherence.DELAYED;
  }
}
