package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreResult;
import dev.kmsagent.adapters.cache.shared.StoredEntries;
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
  public StoreResult<StoredEntries> read(EntryKey key) {
    return reported(SharedCacheOperation.READ, () -> inner.read(key));
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return reported(SharedCacheOperation.WRITE, () -> inner.write(key, entry, life));
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return reported(SharedCacheOperation.WRITE, () -> inner.revoke(key, revocation, life));
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    return reported(SharedCacheOperation.WRITE, () -> inner.discard(key, unreadable));
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    return reported(SharedCacheOperation.LEASE, () -> inner.claim(key, holder, life));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return reported(SharedCacheOperation.LEASE, () -> inner.release(key, holder));
  }

  /** Is not told: no request depends on it. */
  @Override
  public StoreResult<Done> ping(EntryKey key) {
    return inner.ping(key);
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

  private <T> StoreResult<T> reported(
      SharedCacheOperation operation, Supplier<StoreResult<T>> exchange) {
    var start = clock.instant();
    var reply = exchange.get();
    switch (reply) {
      case StoreResult.Given<T> _ -> tell(operation, DONE, start);
      case StoreResult.Failed<T>(var failure) -> tell(operation, failure, start);
      case StoreResult.NotAsked<T> _ -> {}
    }
    return reply;
  }

  private void tell(SharedCacheOperation operation, SharedCacheOutcome outcome, Instant start) {
    var took = Duration.between(start, clock.instant());
    events.publish(new SharedCacheCalled(operation, outcome, took));
  }
}
