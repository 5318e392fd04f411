package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in this process, each exchange with which is a task of an executor. It fails, and does
 * things meanwhile as the test wants. For one thread.
 */
final class FakeEntryStore extends EntryStoreDecorator {
  private final StoreModel content;
  private final Executor executor;
  private final List<SharedCacheOperation> calls = new ArrayList<>();
  private Function<EntryKey, @Nullable Cause> trouble = _ -> null;
  private Runnable meanwhile = FakeEntryStore::nothing;
  private int underWay;
  private int mostAtOnce;

  FakeEntryStore(InstantSource clock, Executor executor) {
    this(new StoreModel(clock), executor);
  }

  private FakeEntryStore(StoreModel content, Executor executor) {
    super(content);
    this.content = content;
    this.executor = executor;
  }

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
  void clear() {
    content.clear();
  }

  /** Puts something in a place as no agent does, each character a byte. */
  void overwrite(EntryKey key, String anything) {
    content.overwrite(key, new Envelope(anything.getBytes(ISO_8859_1)));
  }

  /** What is in a place, each byte as a character; empty if nothing is. */
  String stored(EntryKey key) {
    return content.stored(key).map(envelope -> new String(envelope.bytes(), ISO_8859_1)).orElse("");
  }

  /** Whether nothing is there at all. */
  boolean isEmpty() {
    return content.isEmpty();
  }

  /** Done within the next exchange, after the store has made up its answer. */
  void meanwhile(Runnable work) {
    meanwhile = work;
  }

  private static void nothing() {}

  /** The exchanges so far. */
  List<SharedCacheOperation> calls() {
    return List.copyOf(calls);
  }

  int calls(SharedCacheOperation operation) {
    return Collections.frequency(calls, operation);
  }

  /** How many exchanges were under way at the same time. */
  int mostAtOnce() {
    return mostAtOnce;
  }

  /** Knows of no call any more. */
  void forget() {
    calls.clear();
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    var result = new CompletableFuture<StoreResult<T>>();
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    try {
      executor.execute(
          () -> {
            underWay--;
            calls.add(operation);
            var cause = trouble.apply(key);
            var answer = cause == null ? exchange.get() : FakeEntryStore.<T>failed(cause);
            var work = meanwhile;
            meanwhile = FakeEntryStore::nothing;
            work.run();
            answer.thenAccept(result::complete);
          });
    } catch (RejectedExecutionException _) {
      return failed(Cause.UNREACHABLE);
    }
    return result;
  }

  private static <T> CompletionStage<StoreResult<T>> failed(Cause cause) {
    var failure = new Failed(cause, "It is to fail.");
    return CompletableFuture.completedStage(new StoreResult.Failed<>(failure));
  }
}
