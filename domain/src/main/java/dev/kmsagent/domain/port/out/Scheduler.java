package dev.kmsagent.domain.port.out;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Out-port: runs tasks after a delay, one at a time, and those of the same time in the order of
 * scheduling. Thread-safe.
 */
public interface Scheduler {
  /**
   * Runs {@code task}, which must be short, once {@code delay} has passed; at once if that is not
   * positive, but not within this call. A task that throws does not end the others.
   */
  Timer schedule(Duration delay, Runnable task);

  /** Completes {@code stage} with {@code late} if it takes longer than {@code delay}. */
  default <T> CompletionStage<T> completeAfter(
      Duration delay, CompletableFuture<T> stage, Supplier<? extends T> late) {
    if (stage.isDone()) {
      return stage;
    }
    var timer = schedule(delay, () -> stage.complete(late.get()));
    return stage.whenComplete((_, _) -> timer.cancel());
  }

  /** A scheduled task. */
  @FunctionalInterface
  interface Timer {
    /** Cancels the task if it has not begun. */
    void cancel();
  }
}
