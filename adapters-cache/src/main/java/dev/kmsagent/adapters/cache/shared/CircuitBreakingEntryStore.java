package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.Scheduler;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Skips exchanges with a store that failed too often, so that a dead store costs no request its
 * timeout. Probes in the background, never requests, find out that it is back. Thread-safe.
 */
public final class CircuitBreakingEntryStore extends EntryStoreDecorator {
  private static final int WINDOW = 10;
  private static final int MINIMUM_CALLS = 3;
  private static final int FAILURE_RATE = 50;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  /** By default Resilience4j would let requests find out whether the store is back. */
  private static final Duration NEVER = Duration.ofDays(365);

  private final Scheduler scheduler;
  private final CircuitBreaker breaker;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable EntryKey failedAt;
  private volatile boolean closed;

  public CircuitBreakingEntryStore(EntryStore inner, Scheduler scheduler) {
    super(inner);
    this.scheduler = scheduler;
    this.breaker =
        CircuitBreaker.of(
            "store",
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, MINIMUM_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(FAILURE_RATE)
                .waitDurationInOpenState(NEVER)
                .build());
    breaker.getEventPublisher().onStateTransition(_ -> changed());
  }

  private void changed() {
    if (!isAvailable()) {
      probeLater();
    }
    listeners.forEach(Runnable::run);
  }

  private void probeLater() {
    var _ = scheduler.schedule(PROBE_INTERVAL, this::probe);
  }

  /**
   * Probes with the key that failed last: other nodes of a cluster may have answered all along. A
   * probe that ends in a bug, whether at once or later, is repeated as well.
   */
  private void probe() {
    var key = failedAt;
    if (!closed && key != null) {
      var _ =
          CompletableFuture.completedStage(key)
              .thenCompose(inner()::ping)
              .exceptionally(
                  bug -> {
                    Stages.report(bug);
                    return new StoreResult.Skipped<>();
                  })
              .thenAccept(this::probed);
    }
  }

  private void probed(StoreResult<Done> result) {
    switch (result) {
      case StoreResult.Failed<Done>(var failure) when !isAnswer(failure.cause()) -> probeLater();
      case StoreResult.Answered<Done> _, StoreResult.Failed<Done> _ ->
          breaker.transitionToClosedState();
      case StoreResult.Skipped<Done> _ -> probeLater();
    }
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    return breaker.tryAcquirePermission()
        ? exchange.get().thenApply(result -> record(key, result))
        : CompletableFuture.completedStage(new StoreResult.Skipped<>());
  }

  private <T> StoreResult<T> record(EntryKey key, StoreResult<T> result) {
    switch (result) {
      case StoreResult.Answered<T> _ -> recordSuccess();
      case StoreResult.Failed<T>(var failure) -> record(key, failure.cause());
      case StoreResult.Skipped<T> _ -> breaker.releasePermission();
    }
    return result;
  }

  /** After nothing but failures, a success would be the call with which their rate counts. */
  private void recordSuccess() {
    if (breaker.getMetrics().getNumberOfFailedCalls() == MINIMUM_CALLS - 1
        && breaker.getMetrics().getNumberOfBufferedCalls() == MINIMUM_CALLS - 1) {
      breaker.reset();
    } else {
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }

  private void record(EntryKey key, Cause cause) {
    if (isAnswer(cause)) {
      recordSuccess();
    } else {
      failedAt = key;
      breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(cause.name()));
    }
  }

  /** A store that refuses some operations still answers, and quickly. */
  private static boolean isAnswer(Cause cause) {
    return switch (cause) {
      case UNREACHABLE, TIMEOUT, DENIED, NOT_READY -> false;
      case FORBIDDEN, FULL, READ_ONLY, CLOCK, ERROR -> true;
    };
  }

  @Override
  public boolean isAvailable() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  @Override
  public void onAvailabilityChange(Runnable listener) {
    listeners.add(listener);
    super.onAvailabilityChange(listener);
  }

  @Override
  public void close() {
    closed = true;
    super.close();
  }
}
