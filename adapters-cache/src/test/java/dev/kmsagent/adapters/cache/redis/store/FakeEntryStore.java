package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A store in this process that keeps the last envelope of each place, and fails and does things
 * meanwhile as the test wants. Leases last for ever. Thread-safe.
 */
public final class FakeEntryStore implements EntryStore {
  private final Map<String, Envelope> envelopes = new ConcurrentHashMap<>();
  private final Map<String, String> leases = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Function<Slot, Optional<Failed>> trouble = _ -> Optional.empty();
  private volatile boolean asked = true;
  private volatile boolean closed;
  private final AtomicReference<Runnable> meanwhile =
      new AtomicReference<>(FakeEntryStore::nothing);

  /** Every exchange fails from now on. */
  public void fail(Cause cause) {
    trouble = _ -> failed(cause);
  }

  /** Every exchange about one place fails from now on, and no other. */
  public void failAt(Slot place, Cause cause) {
    trouble = slot -> slot.equals(place) ? failed(cause) : Optional.empty();
  }

  private static Optional<Failed> failed(Cause cause) {
    return Optional.of(new Failed(cause, "It is to fail."));
  }

  /** Every exchange succeeds from now on. */
  public void succeed() {
    trouble = _ -> Optional.empty();
  }

  /** Whether it says that it is asked. */
  public void setAsked(boolean value) {
    asked = value;
    listeners.forEach(Runnable::run);
  }

  /** Forgets all that lies in it. */
  public void clear() {
    envelopes.clear();
  }

  /** Done within the next exchange, after the store has made up its answer. */
  public void meanwhile(Runnable work) {
    meanwhile.set(work);
  }

  private static void nothing() {}

  /** The exchanges so far, each the name of the method. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** Knows of no call any more. */
  public void forget() {
    calls.clear();
  }

  public boolean isClosed() {
    return closed;
  }

  private <T> Reply<T> exchange(String name, Slot slot, Supplier<T> work) {
    calls.add(name);
    var failure = trouble.apply(slot);
    var reply =
        failure.<Reply<T>>map(Reply.Failed::new).orElseGet(() -> new Reply.Given<>(work.get()));
    meanwhile.getAndSet(FakeEntryStore::nothing).run();
    return reply;
  }

  private Reply<Done> done(String name, Slot slot, Runnable work) {
    return exchange(
        name,
        slot,
        () -> {
          work.run();
          return Done.DONE;
        });
  }

  private static String place(Slot slot) {
    return slot.hash() + slot.field();
  }

  private Shelf shelf(Slot slot) {
    return new Shelf(envelopes.get(place(slot)), envelopes.get(place(slot.gone())));
  }

  @Override
  public Reply<Shelf> read(Slot slot) {
    return exchange("read", slot, () -> shelf(slot));
  }

  @Override
  public Reply<Written> write(Slot slot, Envelope entry, Duration life) {
    return exchange(
        "write",
        slot,
        () -> {
          envelopes.put(place(slot), entry);
          return Written.KEPT;
        });
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return done("revoke", slot, () -> envelopes.put(place(slot), revocation));
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return done("discard", slot, () -> envelopes.remove(place(slot), unreadable));
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return exchange(
        "claim",
        slot,
        () ->
            new Claim(
                leases.computeIfAbsent(slot.lease(), _ -> holder).equals(holder), shelf(slot)));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return done("release", slot, () -> leases.remove(slot.lease(), holder));
  }

  @Override
  public Reply<Done> ping(Slot slot) {
    return done("ping", slot, () -> {});
  }

  @Override
  public boolean isAsked() {
    return asked;
  }

  @Override
  public void watch(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    closed = true;
  }
}
