package dev.kmsagent.adapters.cache.shared;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sequences of stages: each begins once the one before it has completed. */
final class Stages {
  /** Nothing is left to wait for. */
  static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private Stages() {}

  /** Takes {@code step} for the items one after the other. */
  static <T> CompletionStage<Void> inOrder(
      Iterable<T> items, Function<T, CompletionStage<Void>> step) {
    var last = DONE;
    for (var item : items) {
      last = last.thenCompose(_ -> step.apply(item));
    }
    return last;
  }

  /**
   * Hands a bug to this thread's handler for uncaught exceptions, which logs it. An executor
   * rejects tasks when the agent stops: that is none.
   */
  static void report(@Nullable Throwable bug) {
    if (bug != null && !(cause(bug) instanceof RejectedExecutionException)) {
      var thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, cause(bug));
    }
  }

  private static Throwable cause(Throwable bug) {
    return bug instanceof CompletionException && bug.getCause() != null ? bug.getCause() : bug;
  }
}
