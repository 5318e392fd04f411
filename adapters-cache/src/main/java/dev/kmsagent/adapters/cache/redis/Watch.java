package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How this agent knows that its copies are still the same as what lies in the store. What was not
 * followed without a gap has to be looked at again: each gap begins an era. Thread-safe.
 */
final class Watch {
  private final EntryStore store;
  private final AgentEvents events;
  private final AtomicReference<Coherence> coherence = new AtomicReference<>(Coherence.DELAYED);
  private final AtomicLong era = new AtomicLong();
  private volatile boolean isTold;

  Watch(EntryStore store, AgentEvents events) {
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

  /** The number of the present era: copies of an earlier one may be outdated. */
  long era() {
    return era.get();
  }

  /** The store tells of changes from now on. */
  void told() {
    era.incrementAndGet();
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
    era.incrementAndGet();
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
