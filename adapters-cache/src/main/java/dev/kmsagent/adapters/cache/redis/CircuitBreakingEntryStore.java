package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.Background;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreResult;
import dev.kmsagent.adapters.cache.shared.StoredEntries;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.Scheduler;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops asking a store that failed too often, so that a dead one costs no request its timeout.
 * Whether it is back is found out in the background, never by a request. Thread-safe.
 */
public final class CircuitBreakingEntryStore implements EntryStore {
  private static final int WINDOW = 10;
  private static final int MINIMUM_CALLS = 3;
  private static final int FAILURE_RATE = 50;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  /** By itself Resilience4j would let requests find out whether the store is back. */
  private static final Duration NEVER = Duration.ofDays(365);

  private final EntryStore inner;
  private final Background background;
  private final CircuitBreaker breaker;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable EntryKey failedAt;
  private volatile boolean closed;

  /**
   * @param executor for tasks that wait: virtual threads
   */
  public CircuitBreakingEntryStore(EntryStore inner, Executor executor, Scheduler scheduler) {
    this.inner = inner;
    this.background = new Background(executor, scheduler);
    this.breaker =
        CircuitBreaker.of(
            "redis",
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, MINIMUM_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(FAILURE_RATE)
                .waitDurationInOpenState(NEVER)
                .build());
    breaker.getEventPublisher().onStateTransition(_ -> changed());
  }

  private void changed() {
    if (!isAsked()) {
      probeLater();
    }
    listeners.forEach(Runnable::run);
  }

  private void probeLater() {
    background.later(PROBE_INTERVAL, this::probe);
  }

  /** By the place that failed last: of a cluster, other parts may have answered all the time. */
  private void probe() {
    var key = failedAt;
    if (!closed && key != null) {
      switch (inner.ping(key)) {
        case StoreResult.Given<Done> _ -> breaker.transitionToClosedState();
        case StoreResult.Failed<Done> _, StoreResult.NotAsked<Done> _ -> probeLater();
      }
    }
  }

  @Override
  public StoreResult<StoredEntries> read(EntryKey key) {
    return guarded(key, () -> inner.read(key));
  }

  @Override
  public StoreResult<Written> write(EntryKey key, Envelope entry, Duration life) {
    return guarded(key, () -> inner.write(key, entry, life));
  }

  @Override
  public StoreResult<Done> revoke(EntryKey key, Envelope revocation, Duration life) {
    return guarded(key, () -> inner.revoke(key, revocation, life));
  }

  @Override
  public StoreResult<Done> discard(EntryKey key, Envelope unreadable) {
    return guarded(key, () -> inner.discard(key, unreadable));
  }

  @Override
  public StoreResult<Claim> claim(EntryKey key, String holder, Duration life) {
    return guarded(key, () -> inner.claim(key, holder, life));
  }

  @Override
  public StoreResult<Done> release(EntryKey key, String holder) {
    return guarded(key, () -> inner.release(key, holder));
  }

  @Override
  public StoreResult<Done> ping(EntryKey key) {
    return guarded(key, () -> inner.ping(key));
  }

  @Override
  public boolean isAsked() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  @Override
  public void watch(Runnable listener) {
    listeners.add(listener);
    inner.watch(listener);
  }

  @Override
  public void close() {
    closed = true;
    inner.close();
  }

  private <T> StoreResult<T> guarded(EntryKey key, Supplier<StoreResult<T>> exchange) {
    if (!breaker.tryAcquirePermission()) {
      return new StoreResult.NotAsked<>();
    }
    var reply = exchange.get();
    switch (reply) {
      case StoreResult.Given<T> _ -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
      case StoreResult.Failed<T>(var failure) -> judge(key, failure.cause());
      case StoreResult.NotAsked<T> _ -> breaker.releasePermission();
    }
    return reply;
  }

  /** A store that does not do everything still answers, and quickly. */
  private void judge(EntryKey key, Cause cause) {
    switch (cause) {
      case UNREACHABLE, TIMEOUT, DENIED, NOT_READY -> {
        failedAt = key;
        breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(cause.name()));
      }
      case FORBIDDEN, FULL, READ_ONLY, ERROR -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }
}
