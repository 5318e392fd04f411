package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Skips exchanges with a store that failed too often, so that a dead store costs no request its
 * timeout, and publishes an event for every other exchange. Probes in the background, never
 * requests, find out that the store is back; they are not published. It learns the store's time
 * from the answers. Thread-safe.
 */
public final class CircuitBreakingEntryStore extends EntryStoreDecorator {
  /** The exchanges that count: the last ones. */
  private static final int WINDOW = 10;

  /** The exchanges without which nothing is skipped. */
  private static final int MINIMUM_CALLS = 3;

  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

  private final Means means;
  private final StoreClock clock;
  private final List<Supplier<CompletionStage<Void>>> drains = new CopyOnWriteArrayList<>();

  /** Whether each of the last exchanges failed. */
  private final Deque<Boolean> failures = new ArrayDeque<>();

  private volatile boolean available = true;

  public CircuitBreakingEntryStore(EntryStore inner, Means means) {
    super(inner);
    this.means = means;
    this.clock = new StoreClock(means.timing().clock());
  }

  StoreClock clock() {
    return clock;
  }

  /** Has the store tell its time, unless it has; to be called before a date is translated. */
  CompletionStage<Void> learnTime(EntryKey key) {
    return clock.isKnown() ? Stages.DONE : read(key).thenAccept(_ -> {});
  }

  /**
   * Connects in the background.
   *
   * @param prefix of all names in the store
   */
  public void start(String prefix) {
    means.events().publish(new SharedCacheAlone(false));
    var _ = read(EntryCodec.probeKey(prefix));
  }

  @Override
  protected <T> CompletionStage<StoreResult<T>> perform(
      SharedCacheOperation operation,
      EntryKey key,
      Supplier<CompletionStage<StoreResult<T>>> exchange) {
    if (!available) {
      return CompletableFuture.completedStage(new StoreResult.Skipped<>());
    }
    var start = means.now();
    return exchange
        .get()
        .thenApply(
            result -> {
              if (result instanceof StoreResult.Answered<T>(_, var at)) {
                clock.note(start, at);
              }
              outcome(result).ifPresent(outcome -> ended(operation, key, start, outcome));
              return result;
            });
  }

  /** Empty if the store was not called. */
  private static Optional<SharedCacheOutcome> outcome(StoreResult<?> result) {
    return result instanceof StoreResult.Failed<?>(var failure)
        ? Optional.of(failure)
        : result.answered().map(_ -> new SharedCacheOutcome.Done());
  }

  private void ended(
      SharedCacheOperation operation, EntryKey key, Instant start, SharedCacheOutcome outcome) {
    var took = Duration.between(start, means.now());
    means.events().publish(new SharedCacheCalled(operation, outcome, took));
    if (opens(!isAnswer(outcome))) {
      probeLater(key);
      var _ = drain();
    }
  }

  /** A store that refuses some operations still answers, and quickly. */
  private static boolean isAnswer(SharedCacheOutcome outcome) {
    return !(outcome instanceof SharedCacheOutcome.Failed(var cause, _))
        || switch (cause) {
          case UNREACHABLE, TIMEOUT, DENIED, NOT_READY -> false;
          case FORBIDDEN, FULL, READ_ONLY, CLOCK, ERROR -> true;
        };
  }

  /**
   * Whether exchanges are skipped from now on: after a failure, if half of the last ones failed.
   */
  private synchronized boolean opens(boolean failed) {
    failures.addLast(failed);
    if (failures.size() > WINDOW) {
      failures.removeFirst();
    }
    var opens =
        available
            && failed
            && failures.size() >= MINIMUM_CALLS
            && 2 * Collections.frequency(failures, true) >= failures.size();
    if (opens) {
      become(false);
    }
    return opens;
  }

  /** Changes are published in order. */
  private synchronized void become(boolean isAvailable) {
    failures.clear();
    available = isAvailable;
    means.events().publish(new SharedCacheAlone(!isAvailable));
  }

  /** Probes with the key that failed: other nodes of a cluster may have answered all along. */
  private void probeLater(EntryKey key) {
    var _ = means.timing().scheduler().schedule(PROBE_INTERVAL, () -> probe(key));
  }

  private void probe(EntryKey key) {
    var _ =
        Stages.DONE
            .thenCompose(_ -> inner.release(key, NOBODY))
            .whenComplete((result, bug) -> probed(key, Optional.ofNullable(result), bug));
  }

  /** A probe that ends in a bug, whether at once or later, is repeated as well. */
  private void probed(EntryKey key, Optional<StoreResult<Done>> result, @Nullable Throwable bug) {
    Stages.report(bug);
    if (result.flatMap(it -> outcome(it)).filter(it -> isAnswer(it)).isPresent()) {
      become(true);
      var _ = drain();
    } else {
      probeLater(key);
    }
  }

  /** Whether exchanges take place; false while the store failed too often. Does not wait. */
  public boolean isAvailable() {
    return available;
  }

  /**
   * Adds a cache over this store, until what is returned is run.
   *
   * @param drain writes what the cache has to write; called at each change of {@link #isAvailable},
   *     and before the end
   */
  Runnable add(Supplier<CompletionStage<Void>> drain) {
    drains.add(drain);
    return () -> drains.remove(drain);
  }

  /** Completes once all that was to be written up to now is written, or was not taken. */
  public CompletableFuture<Void> drain() {
    return CompletableFuture.allOf(
        drains.stream()
            .map(drain -> drain.get().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }
}
