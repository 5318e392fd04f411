package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in this process, which answers at once, and fails and does things meanwhile as the test
 * wants. Nothing in it expires. Thread-safe.
 */
public final class FakeEntryStore implements EntryStore {
  /** Of each hash, the envelopes by field. */
  private final Map<String, Map<String, Envelope>> hashes = new HashMap<>();

  private final Map<String, String> leases = new ConcurrentHashMap<>();
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
    hashes.clear();
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
    return new StoreResult.Answered<>(work.get());
  }

  private CompletionStage<StoreResult<Done>> done(String name, EntryKey key, Runnable work) {
    return exchange(
        name,
        key,
        () -> {
          work.run();
          return Done.DONE;
        });
  }

  private Map<String, Envelope> fields(EntryKey key) {
    return hashes.computeIfAbsent(key.hash(), _ -> new HashMap<>());
  }

  private StoredEntries stored(EntryKey key) {
    var fields = fields(key);
    return new StoredEntries(fields.get(key.field()), fields.get(EntryKey.GONE));
  }

  private static String text(Envelope envelope) {
    return new String(envelope.bytes(), ISO_8859_1);
  }

  /** The date in the header, as the scripts of Redis read it. */
  private static long date(@Nullable Envelope envelope) {
    var text = envelope == null ? "" : text(envelope);
    return text.length() < 18 ? -1 : Long.parseLong(text.substring(2, 18));
  }

  private static boolean isTombstone(Envelope envelope) {
    return text(envelope).startsWith("1R");
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return exchange("read", key, () -> stored(key));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return exchange("write", key, () -> write(key, entry));
  }

  private Written write(EntryKey key, Envelope entry) {
    var fields = fields(key);
    var gone = fields.get(EntryKey.GONE);
    var kept = fields.get(key.field());
    if (gone != null && date(gone) >= date(entry)) {
      return Written.OUTDATED;
    }
    if (kept != null
        && (date(kept) > date(entry) || (date(kept) == date(entry) && isTombstone(kept)))) {
      return Written.OUTDATED;
    }
    fields.put(key.field(), entry);
    return Written.KEPT;
  }

  @Override
  public CompletionStage<StoreResult<Done>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return done("revoke", key, () -> revoke(key, tombstone, condition));
  }

  private void revoke(EntryKey key, Envelope tombstone, RevokeCondition condition) {
    var fields = fields(key);
    var isStored =
        key.field().equals(EntryKey.GONE) ? !fields.isEmpty() : fields.containsKey(key.field());
    if (isStored || condition == RevokeCondition.ALWAYS) {
      revoke(key, tombstone);
    }
  }

  private void revoke(EntryKey key, Envelope tombstone) {
    var fields = fields(key);
    if (key.field().equals(EntryKey.GONE)) {
      fields.values().removeIf(envelope -> date(envelope) <= date(tombstone));
    }
    if (date(fields.get(key.field())) <= date(tombstone)) {
      fields.put(key.field(), tombstone);
    }
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return done("discard", key, () -> fields(key).remove(key.field(), unreadable));
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return exchange(
        "claim",
        key,
        () ->
            new Claim(
                leases.computeIfAbsent(key.lease(), _ -> holder).equals(holder), stored(key)));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return done("release", key, () -> leases.remove(key.lease(), holder));
  }

  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    return done("ping", key, () -> {});
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
