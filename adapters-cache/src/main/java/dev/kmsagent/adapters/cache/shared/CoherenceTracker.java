package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How this agent knows that its copies are still the same as what lies in the store. What was not
 * followed without a gap has to be looked at again: each gap begins an epoch. Thread-safe.
 */
final class CoherenceTracker {
  private final EntryStore store;
  private final AgentEvents events;
  private final AtomicReference<Coherence> coherence = new AtomicReference<>(Coherence.DELAYED);
  private final AtomicLong epoch = new AtomicLong();
  private volatile boolean isTold;

  CoherenceTracker(EntryStore store, AgentEvents events) {
    this.store = store;
    this.events = events;
    store.watch(this::settle);
  }

  /** Tells how it is at the beginning. */
  void begin() {
    events.publish(new CoherenceChanged(coherence.get()));
  }

  Coherence coherence() {
    return coherence.get();
  }

  /** The number of the present epoch: copies of an earlier one may be outdated. */
  long epoch() {
    return epoch.get();
  }

  /** The store tells of changes from now on. */
  void told() {
    epoch.incrementAndGet();
    isTold = true;
    settle();
  }

  /** It does not any more. */
  void lost() {
    isTold = false;
    settle();
  }

  /** Anything may have changed. */
  void changedAll() {
    epoch.incrementAndGet();
  }

  private synchronized void settle() {
    var now = now();
    if (coherence.getAndSet(now) != now) {
      events.publish(new CoherenceChanged(now));
    }
  }

  private Coherence now() {
    if (!store.isAsked()) {
      return Coherence.DISCONNECTED;
    }
    return isTold ? Coherence.IMMEDIATE : Coherence.DELAYED;
  }
}
