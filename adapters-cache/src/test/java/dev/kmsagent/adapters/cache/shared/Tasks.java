package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Tasks that wait until the test has them done, one after the other. Thread-safe. */
final class Tasks implements Executor {
  /** More than any test has. */
  private static final int MOST = 300_000;

  private final Queue<Runnable> waiting = new ArrayDeque<>();

  private boolean refusing;

  @Override
  public synchronized void execute(Runnable task) {
    if (refusing) {
      throw new RejectedExecutionException("as the test wants");
    }
    waiting.add(task);
  }

  /** Takes none any more, and forgets those that wait, as an executor that was shut down does. */
  synchronized void refuse() {
    refusing = true;
    waiting.clear();
  }

  synchronized int waiting() {
    return waiting.size();
  }

  /** Does all of them, and those that they bring about. */
  void doAll() {
    doAll(List.of(this));
  }

  /** Does all tasks of all executors, and those that they bring about; they must come to an end. */
  static void doAll(List<Tasks> executors) {
    for (var left = MOST; executors.stream().anyMatch(Tasks::doNext); left--) {
      assertThat(left).as("tasks that are left").isPositive();
    }
  }

  /** Whether there was one to do. */
  boolean doNext() {
    var next = next();
    if (next != null) {
      next.run();
    }
    return next != null;
  }

  private synchronized @Nullable Runnable next() {
    return waiting.poll();
  }
}
