package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.time.Duration;
import java.util.function.Supplier;

/** A store that cannot be reached any more once it is cut off, whoever else uses what it is on. */
final class SeverableEntryStore implements EntryStore {
  private final EntryStore inner;
  private final Knife knife;

  /** Cuts off all stores that it was given to, for good. */
  static final class Knife {
    private volatile boolean cut;

    void cut() {
      cut = true;
    }
  }

  SeverableEntryStore(EntryStore inner, Knife knife) {
    this.inner = inner;
    this.knife = knife;
  }

  private <T> StoreResult<T> unlessCut(Supplier<StoreResult<T>> exchange) {
    return knife.cut
        ? new StoreResult.Failed<>(new Failed(Cause.UNREACHABLE, "It was cut off."))
        : exchange.get();
  }

  @Override
  public StoreResult<StoredEntries> read(EntryKey key) {
    return unlessCut(() -> inner.read(key));
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return unlessCut(() -> inner.write(key, entry, life));
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return unlessCut(() -> inner.revoke(key, revocation, life));
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    return unlessCut(() -> inner.discard(key, unreadable));
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    return unlessCut(() -> inner.claim(key, holder, life));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return unlessCut(() -> inner.release(key, holder));
  }

  @Override
  public StoreResult<Done> ping(EntryKey key) {
    return unlessCut(() -> inner.ping(key));
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
}
