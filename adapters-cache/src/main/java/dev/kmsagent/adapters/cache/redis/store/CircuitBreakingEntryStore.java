package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Slot;
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
  private volatile @Nullable Slot failedAt;
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
    var slot = failedAt;
    if (!closed && slot != null) {
      switch (inner.ping(slot)) {
        case Reply.Given<Done> _ -> breaker.transitionToClosedState();
        case Reply.Failed<Done> _, Reply.NotAsked<Done> _ -> probeLater();
      }
    }
  }

  @Override
  public Reply<Shelf> read(Slot slot) {
    return guarded(slot, () -> inner.read(slot));
  }

  @Override
  public Reply<Written> write(Slot slot, Envelope entry, Duration life) {
    return guarded(slot, () -> inner.write(slot, entry, life));
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return guarded(slot, () -> inner.revoke(slot, revocation, life));
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return guarded(slot, () -> inner.discard(slot, unreadable));
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return guarded(slot, () -> inner.claim(slot, holder, life));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return guarded(slot, () -> inner.release(slot, holder));
  }

  @Override
  public Reply<Done> ping(Slot slot) {
    return guarded(slot, () -> inner.ping(slot));
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

  private <T> Reply<T> guarded(Slot slot, Supplier<Reply<T>> exchange) {
    if (!breaker.tryAcquirePermission()) {
      return new Reply.NotAsked<>();
    }
    var reply = exchange.get();
    switch (reply) {
      case Reply.Given<T> _ -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
      case Reply.Failed<T>(var failure) -> judge(slot, failure.cause());
      case Reply.NotAsked<T> _ -> breaker.releasePermission();
    }
    return reply;
  }

  /** A store that does not do everything still answers, and quickly. */
  private void judge(Slot slot, Cause cause) {
    switch (cause) {
      case UNREACHABLE, TIMEOUT, DENIED, NOT_READY -> {
        failedAt = slot;
        breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(cause.name()));
      }
      case FORBIDDEN, FULL, READ_ONLY, ERROR -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }
}
