package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in this process, which answers at once, and fails and does things meanwhile as the test
 * wants. Thread-safe.
 */
final class FakeEntryStore implements EntryStore {
  /** Its clock, and that of the agents in the same process. */
  final VirtualTime time = new VirtualTime();

  private final StoreModel model = new StoreModel(time);
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile Function<EntryKey, @Nullable Cause> trouble = _ -> null;
  private final AtomicReference<Runnable> meanwhile =
      new AtomicReference<>(FakeEntryStore::nothing);

  /** Every exchange fails from now on. */
  void fail(Cause cause) {
    fail(_ -> cause);
  }

  /** Exchanges about a key fail from now on if they have a cause. */
  void fail(Function<EntryKey, @Nullable Cause> causes) {
    trouble = causes;
  }

  /** Every exchange succeeds from now on. */
  void succeed() {
    fail(_ -> null);
  }

  /** Forgets all envelopes. */
  synchronized void clear() {
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

  /** Whether nothing is there at all. */
  synchronized boolean isEmpty() {
    return !model.hashes().iterator().hasNext();
  }

  /** Done within the next exchange, after the store has made up its answer. */
  void meanwhile(Runnable work) {
    meanwhile.set(work);
  }

  private static void nothing() {}

  /** The exchanges so far, each the name of the method. */
  List<String> calls() {
    return List.copyOf(calls);
  }

  /** Knows of no call any more. */
  void forget() {
    calls.clear();
  }

  private <T> CompletionStage<StoreResult<T>> exchange(
      String name, EntryKey key, Supplier<T> work) {
    calls.add(name);
    var result = answer(key, work);
    meanwhile.getAndSet(FakeEntryStore::nothing).run();
    return CompletableFuture.completedStage(result);
  }

  private synchronized <T> StoreResult<T> answer(EntryKey key, Supplier<T> work) {
    var cause = trouble.apply(key);
    if (cause != null) {
      return new StoreResult.Failed<>(new Failed(cause, "It is to fail."));
    }
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
  public void close() {
    fail(Cause.UNREACHABLE);
  }
}
