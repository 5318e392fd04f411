package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.store.EntryStore;
import dev.kmsagent.adapters.cache.redis.store.Reply;
import dev.kmsagent.adapters.cache.redis.store.Shelf;
import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
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

  private <T> Reply<T> unlessCut(Supplier<Reply<T>> exchange) {
    return knife.cut
        ? new Reply.Failed<>(new Failed(Cause.UNREACHABLE, "It was cut off."))
        : exchange.get();
  }

  @Override
  public Reply<Shelf> read(Slot slot) {
    return unlessCut(() -> inner.read(slot));
  }

  @Override
  public Reply<Written> write(Slot slot, Envelope entry, Duration life) {
    return unlessCut(() -> inner.write(slot, entry, life));
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return unlessCut(() -> inner.revoke(slot, revocation, life));
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return unlessCut(() -> inner.discard(slot, unreadable));
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return unlessCut(() -> inner.claim(slot, holder, life));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return unlessCut(() -> inner.release(slot, holder));
  }

  @Override
  public Reply<Done> ping(Slot slot) {
    return unlessCut(() -> inner.ping(slot));
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
