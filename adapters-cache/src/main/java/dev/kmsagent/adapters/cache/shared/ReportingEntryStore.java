package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Publishes an event for every exchange with the store but pings. Thread-safe. */
public final class ReportingEntryStore extends EntryStoreDecorator {
  private static final SharedCacheOutcome DONE = new SharedCacheOutcome.Done();

  private final InstantSource clock;
  private final AgentEvents events;

  public ReportingEntryStore(EntryStore inner, InstantSource clock, AgentEvents events) {
    super(inner);
    this.clock = clock;
    this.events = events;
  }

  /** No request depends on a ping. */
  @Override
  public CompletionStage<StoreResult<Done>> ping(EntryKey key) {
    return inner().ping(key);
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    var start = clock.instant();
    return exchange
        .get()
        .thenApply(
            result -> {
              report(operation, result, start);
              return result;
            });
  }

  private void report(SharedCacheOperation operation, StoreResult<?> result, Instant start) {
    switch (result) {
      case StoreResult.Answered<?> _ -> publish(operation, DONE, start);
      case StoreResult.Failed<?>(var failure) -> publish(operation, failure, start);
      case StoreResult.Skipped<?> _ -> {}
    }
  }

  private void publish(SharedCacheOperation operation, SharedCacheOutcome outcome, Instant start) {
    var took = Duration.between(start, clock.instant());
    events.publish(new SharedCacheCalled(operation, outcome, took));
  }
}
