package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Tells of every exchange with the store. Thread-safe. */
public final class ReportingEntryStore implements EntryStore {
  private static final SharedCacheOutcome DONE = new SharedCacheOutcome.Done();

  private final EntryStore inner;
  private final InstantSource clock;
  private final AgentEvents events;

  public ReportingEntryStore(EntryStore inner, InstantSource clock, AgentEvents events) {
    this.inner = inner;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public Reply<Shelf> read(Slot slot) {
    return reported(SharedCacheOperation.READ, () -> inner.read(slot));
  }

  @Override
  public Reply<Written> write(Slot slot, Envelope entry, Duration life) {
    return reported(SharedCacheOperation.WRITE, () -> inner.write(slot, entry, life));
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return reported(SharedCacheOperation.WRITE, () -> inner.revoke(slot, revocation, life));
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return reported(SharedCacheOperation.WRITE, () -> inner.discard(slot, unreadable));
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return reported(SharedCacheOperation.LEASE, () -> inner.claim(slot, holder, life));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return reported(SharedCacheOperation.LEASE, () -> inner.release(slot, holder));
  }

  /** Is not told: no request depends on it. */
  @Override
  public Reply<Done> ping(Slot slot) {
    return inner.ping(slot);
  }

  @Override
  public boolean isAsked() {
    return inner.isAsked();
  }

  @Override
  public void watch(Runnable listener) {
    inner.watch(listener);
  }

  @Override
  public void close() {
    inner.close();
  }

  private <T> Reply<T> reported(SharedCacheOperation operation, Supplier<Reply<T>> exchange) {
    var start = clock.instant();
    var reply = exchange.get();
    switch (reply) {
      case Reply.Given<T> _ -> tell(operation, DONE, start);
      case Reply.Failed<T>(var failure) -> tell(operation, failure, start);
      case Reply.NotAsked<T> _ -> {}
    }
    return reply;
  }

  private void tell(SharedCacheOperation operation, SharedCacheOutcome outcome, Instant start) {
    var took = Duration.between(start, clock.instant());
    events.publish(new SharedCacheCalled(operation, outcome, took));
  }
}
