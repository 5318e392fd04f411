package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store that cannot be reached any more once it is cut off, whoever else uses what it is on. */
final class SeverableEntryStore extends EntryStoreDecorator {
  private final Knife knife;

  /** Cuts off all stores that it was given to, for good. */
  static final class Knife {
    private volatile boolean cut;

    void cut() {
      cut = true;
    }
  }

  SeverableEntryStore(EntryStore inner, Knife knife) {
    super(inner);
    this.knife = knife;
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    return knife.cut
        ? CompletableFuture.completedStage(
            new StoreResult.Failed<>(new Failed(Cause.UNREACHABLE, "It was cut off.")))
        : exchange.get();
  }
}
