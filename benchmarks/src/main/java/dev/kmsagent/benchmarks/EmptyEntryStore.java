package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.adapters.cache.redis.store.Reply;
import dev.kmsagent.adapters.cache.redis.store.Shelf;
import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
import java.time.Duration;

/** A store that takes everything and keeps nothing. */
final class EmptyEntryStore implements EntryStore {
  private static final Shelf EMPTY = new Shelf(null, null);

  @Override
  public Reply<Shelf> read(Slot slot) {
    return new Reply.Given<>(EMPTY);
  }

  @Override
  public Reply<Written> write(Slot slot, Envelope entry, Duration life) {
    return new Reply.Given<>(Written.KEPT);
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return done();
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return done();
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return new Reply.Given<>(new Claim(true, EMPTY));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return done();
  }

  @Override
  public Reply<Done> ping(Slot slot) {
    return done();
  }

  private static Reply<Done> done() {
    return new Reply.Given<>(new Done());
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
