package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** An entry store that adds one behaviour to every exchange with the store behind it. */
abstract class EntryStoreDecorator implements EntryStore {
  protected final EntryStore inner;

  protected EntryStoreDecorator(EntryStore inner) {
    this.inner = inner;
  }

  /**
   * Performs one exchange with the added behaviour.
   *
   * @param exchange begins the exchange with the store behind
   */
  protected abstract <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange);

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return perform(SharedCacheOperation.READ, key, () -> inner.read(key));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return perform(SharedCacheOperation.WRITE, key, () -> inner.write(key, entry, life));
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return perform(
        SharedCacheOperation.WRITE, key, () -> inner.revoke(key, tombstone, life, condition));
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return perform(SharedCacheOperation.WRITE, key, () -> inner.discard(key, unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return perform(SharedCacheOperation.LEASE, key, () -> inner.claim(key, holder, life));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return perform(SharedCacheOperation.LEASE, key, () -> inner.release(key, holder));
  }

  @Override
  public void close() {
    inner.close();
  }
}
