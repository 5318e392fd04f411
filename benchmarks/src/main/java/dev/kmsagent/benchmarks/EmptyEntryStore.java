package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreResult;
import dev.kmsagent.adapters.cache.shared.StoredEntries;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import java.time.Duration;

/** A store that takes everything and keeps nothing. */
final class EmptyEntryStore implements EntryStore {
  private static final StoredEntries EMPTY = new StoredEntries(null, null);

  @Override
  public StoreResult<StoredEntries> read(EntryKey key) {
    return new StoreResult.Given<>(EMPTY);
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return new StoreResult.Given<>(Written.KEPT);
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return done();
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    return done();
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    return new StoreResult.Given<>(new Claim(true, EMPTY));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return done();
  }

  @Override
  public StoreResult<Done> ping(EntryKey key) {
    return done();
  }

  private static StoreResult<Done> done() {
    return new StoreResult.Given<>(new Done());
  }

  @Override
  public boolean isAsked() {
    return true;
  }

  @Override
  public void watch(Runnable listener) {
    // It is always asked.
  }

  @Override
  public void close() {
    // It has no connections.
  }
}
