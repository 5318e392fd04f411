package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that takes everything and keeps nothing. */
final class EmptyEntryStore implements EntryStore {
  private static final StoredEntries EMPTY = new StoredEntries(Optional.empty(), Optional.empty());

  private static <T> CompletionStage<StoreResult<T>> answered(T answer) {
    return CompletableFuture.completedStage(new StoreResult.Answered<>(answer, Instant.now()));
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return answered(EMPTY);
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return answered(Written.KEPT);
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return answered(Revoked.UNNEEDED);
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return answered(Done.DONE);
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return answered(new Claim(true, EMPTY));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return answered(Done.DONE);
  }

  @Override
  public void close() {
    // It has no connections.
  }
}
