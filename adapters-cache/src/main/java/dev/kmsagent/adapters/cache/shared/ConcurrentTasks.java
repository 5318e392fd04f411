package dev.kmsagent.adapters.cache.shared;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A queue of tasks of which a number are under way at one time. A task ends when its stage
 * completes, in whatever way. Thread-safe, without locks.
 */
final class ConcurrentTasks {
  private final Queue<CompletableFuture<Void>> waiting = new ConcurrentLinkedQueue<>();
  private final Semaphore free;
  private final Executor executor;

  /**
   * @param executor does not run a task within the end of the one before
   */
  ConcurrentTasks(int most, Executor executor) {
    this.free = new Semaphore(most);
    this.executor = executor;
  }

  /** Adds a task, and gives its result; the caller bounds how many wait. */
  <T> CompletionStage<T> add(Supplier<CompletionStage<T>> task) {
    var start = new CompletableFuture<Void>();
    var result = start.thenComposeAsync(_ -> task.get(), executor).whenComplete((_, _) -> end());
    waiting.add(start);
    begin();
    return result;
  }

  /** Looks again after each task, since another thread may have added one in vain meanwhile. */
  private void begin() {
    while (!waiting.isEmpty() && free.tryAcquire()) {
      var next = waiting.poll();
      if (next == null) {
        free.release();
      } else {
        next.complete(null);
      }
    }
  }

  private void end() {
    free.release();
    begin();
  }
}
