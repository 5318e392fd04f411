package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** A store that performs each exchange on an executor, as one behind a network does. */
final class QueuedEntryStore extends EntryStoreDecorator {
  private final Executor executor;

  QueuedEntryStore(EntryStore inner, Executor executor) {
    super(inner);
    this.executor = executor;
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    try {
      return CompletableFuture.supplyAsync(exchange, executor).thenCompose(stage -> stage);
    } catch (RejectedExecutionException _) {
      var failure = new SharedCacheOutcome.Failed(Cause.UNREACHABLE, "It was not even begun.");
      return CompletableFuture.completedStage(new StoreResult.Failed<>(failure));
    }
  }
}
