package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
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
  private volatile Function<EntryKey, Optional<Failed>> trouble = _ -> Optional.empty();
  private volatile boolean asked = true;
  private volatile boolean closed;
  private final AtomicReference<Runnable> meanwhile =
      new AtomicReference<>(FakeEntryStore::nothing);

  /** Every exchange fails from now on. */
  public void fail(Cause cause) {
    trouble = _ -> failed(cause);
  }

  /** Every exchange about one place fails from now on, and no other. */
  public void failAt(EntryKey place, Cause cause) {
    trouble = key -> key.equals(place) ? failed(cause) : Optional.empty();
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

  private <T> StoreResult<T> exchange(String name, EntryKey key, Supplier<T> work) {
    calls.add(name);
    var failure = trouble.apply(key);
    var reply =
        failure
            .<StoreResult<T>>map(StoreResult.Failed::new)
            .orElseGet(() -> new StoreResult.Given<>(work.get()));
    meanwhile.getAndSet(FakeEntryStore::nothing).run();
    return reply;
  }

  private StoreResult<Done> done(String name, EntryKey key, Runnable work) {
    return exchange(
        name,
        key,
        () -> {
          work.run();
          return Done.DONE;
        });
  }

  private static String place(EntryKey key) {
    return key.hash() + key.field();
  }

  private StoredEntries stored(EntryKey key) {
    return new StoredEntries(envelopes.get(place(key)), envelopes.get(place(key.gone())));
  }

  @Override
  public StoreResult<StoredEntries> read(EntryKey key) {
    return exchange("read", key, () -> stored(key));
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return exchange(
        "write",
        key,
        () -> {
          envelopes.put(place(key), entry);
          return Written.KEPT;
        });
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return done("revoke", key, () -> envelopes.put(place(key), revocation));
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    return done("discard", key, () -> envelopes.remove(place(key), unreadable));
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    return exchange(
        "claim",
        key,
        () ->
            new Claim(
                leases.computeIfAbsent(key.lease(), _ -> holder).equals(holder), stored(key)));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return done("release", key, () -> leases.remove(key.lease(), holder));
  }

  @Override
  public StoreResult<Done> ping(EntryKey key) {
    return done("ping", key, () -> {});
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
