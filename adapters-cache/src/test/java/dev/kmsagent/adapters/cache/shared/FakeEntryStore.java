package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A store in this process, which answers at once, and fails and does things meanwhile as the test
 * wants. Thread-safe.
 */
public final class FakeEntryStore implements EntryStore {
  /** Its clock, and that of the agents in the same process. */
  final VirtualTime time = new VirtualTime();

  private final StoreModel model = new StoreModel(time);
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Function<EntryKey, Optional<Failed>> trouble = _ -> Optional.empty();
  private volatile boolean available = true;
  private volatile boolean closed;
  private final AtomicReference<Runnable> meanwhile =
      new AtomicReference<>(FakeEntryStore::nothing);

  /** Every exchange fails from now on. */
  public void fail(Cause cause) {
    trouble = _ -> failed(cause);
  }

  /** Every exchange about one key fails from now on, and no other. */
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

  /** Whether it says that it is available. */
  public void setAvailable(boolean value) {
    available = value;
    listeners.forEach(Runnable::run);
  }

  /** Forgets all envelopes. */
  public synchronized void clear() {
    model.clear();
  }

  /** Puts something in a place as no agent does, each character a byte. */
  synchronized void overwrite(EntryKey key, String anything) {
    model.overwrite(key, new Envelope(anything.getBytes(ISO_8859_1)));
  }

  /** What is in a place, each byte as a character; empty if nothing is. */
  synchronized String stored(EntryKey key) {
    return model.stored(key).map(envelope -> new String(envelope.bytes(), ISO_8859_1)).orElse("");
  }

  /** The time until all that is beside a key expires; empty if nothing is there. */
  synchronized Optional<Duration> life(EntryKey key) {
    return model.life(key.hash());
  }

  /** Whether nothing is there at all. */
  synchronized boolean isEmpty() {
    return !model.hashes().iterator().hasNext();
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

  private <T> CompletionStage<StoreResult<T>> exchange(
      String name, EntryKey key, Supplier<T> work) {
    calls.add(name);
    var result =
        trouble
            .apply(key)
            .<StoreResult<T>>map(StoreResult.Failed::new)
            .orElseGet(() -> answer(work));
    meanwhile.getAndSet(FakeEntryStore::nothing).run();
    return CompletableFuture.completedStage(result);
  }

  private synchronized <T> StoreResult<T> answer(Supplier<T> work) {
    try {
      return new StoreResult.Answered<>(work.get(), time.instant());
    } catch (StoreModel.AheadException _) {
      return new StoreResult.Failed<>(new Failed(Cause.CLOCK, "It is dated too late."));
    }
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange("read", key, () -> model.read(key));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange("write", key, () -> model.write(key, entry, life));
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return exchange("revoke", key, () -> model.revoke(key, tombstone, life, condition));
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return exchange("discard", key, () -> model.discard(key, unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return exchange("claim", key, () -> model.claim(key, holder, life));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return exchange("release", key, () -> model.release(key, holder));
  }

  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    return exchange("ping", key, () -> Done.DONE);
  }

  @Override
  public boolean isAvailable() {
    return available;
  }

  @Override
  public void onAvailabilityChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    closed = true;
  }
}
