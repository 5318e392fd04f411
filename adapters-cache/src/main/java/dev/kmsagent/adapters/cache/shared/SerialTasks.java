package dev.kmsagent.adapters.cache.shared;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of tasks for each key: a task begins on the executor once all tasks that were added for
 * the same key before it have ended, whatever came of them. Thread-safe, without locks.
 *
 * @param <K> what the tasks of one queue have in common
 */
final class SerialTasks<K> {
  private static final CompletableFuture<Void> NONE = CompletableFuture.completedFuture(null);

  private final ConcurrentMap<K, CompletableFuture<Void>> last = new ConcurrentHashMap<>();
  private final Executor executor;

  /**
   * @param executor does not run a task within the end of the one before: some hundreds of those
   *     that end at once would overflow the stack
   */
  SerialTasks(Executor executor) {
    this.executor = executor;
  }

  /** Adds a task, which ends when the stage that it returns completes; gives its result. */
  <T> CompletionStage<T> add(K key, Supplier<CompletionStage<T>> task) {
    var ended = new CompletableFuture<Void>();
    var before = Objects.requireNonNullElse(last.put(key, ended), NONE);
    var result = before.thenComposeAsync(_ -> task.get(), executor);
    var _ = result.whenComplete((_, bug) -> end(key, ended, bug));
    return result;
  }

  private void end(K key, CompletableFuture<Void> ended, @Nullable Throwable bug) {
    Stages.report(bug);
    last.remove(key, ended);
    ended.complete(null);
  }

  /** Completes once all tasks have ended that were added for {@code key} up to now. */
  CompletableFuture<Void> ended(K key) {
    return last.getOrDefault(key, NONE);
  }

  /** Completes once all tasks have ended that were added up to now. */
  CompletableFuture<Void> ended() {
    return CompletableFuture.allOf(last.values().toArray(CompletableFuture[]::new));
  }
}
