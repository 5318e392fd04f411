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
  private final Executor executor;
  private final Scheduler scheduler;
  private final CircuitBreaker breaker;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param executor for tasks that wait: virtual threads
   */
  public CircuitBreakingEntryStore(EntryStore inner, Executor executor, Scheduler scheduler) {
    this.inner = inner;
    this.executor = executor;
    this.scheduler = scheduler;
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
    scheduler.schedule(PROBE_INTERVAL, () -> executor.execute(this::probe));
  }

  private void probe() {
    switch (inner.ping()) {
      case Reply.Given<Done> _ -> breaker.transitionToClosedState();
      case Reply.Failed<Done> _, Reply.NotAsked<Done> _ -> probeLater();
    }
  }

  @Override
  public Reply<Shelf> read(Slot slot) {
    return guarded(() -> inner.read(slot));
  }

  @Override
  public Reply<Done> write(Slot slot, Envelope entry, Duration life) {
    return guarded(() -> inner.write(slot, entry, life));
  }

  @Override
  public Reply<Done> revoke(Slot slot, Envelope revocation, Duration life) {
    return guarded(() -> inner.revoke(slot, revocation, life));
  }

  @Override
  public Reply<Done> discard(Slot slot, Envelope unreadable) {
    return guarded(() -> inner.discard(slot, unreadable));
  }

  @Override
  public Reply<Claim> claim(Slot slot, String holder, Duration life) {
    return guarded(() -> inner.claim(slot, holder, life));
  }

  @Override
  public Reply<Done> release(Slot slot, String holder) {
    return guarded(() -> inner.release(slot, holder));
  }

  @Override
  public Reply<Done> ping() {
    return guarded(inner::ping);
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
    inner.close();
  }

  private <T> Reply<T> guarded(Supplier<Reply<T>> exchange) {
    if (!breaker.tryAcquirePermission()) {
      return new Reply.NotAsked<>();
    }
    var reply = exchange.get();
    switch (reply) {
      case Reply.Given<T> _ -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
      case Reply.Failed<T>(var failure) -> judge(failure.cause());
      case Reply.NotAsked<T> _ -> breaker.releasePermission();
    }
    return reply;
  }

  /** A store that does not do everything still answers, and quickly. */
  private void judge(Cause cause) {
    switch (cause) {
      case UNREACHABLE, TIMEOUT, DENIED, NOT_READY ->
          breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(cause.name()));
      case FORBIDDEN, FULL, READ_ONLY, ERROR -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }
}
