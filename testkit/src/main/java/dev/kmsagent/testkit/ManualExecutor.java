package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
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

  /** Does all of them, and those that they bring about, which must come to an end. */
  void doAll() {
    var left = MOST;
    for (var next = next(); next != null; next = next()) {
      next.run();
      assertThat(left--).as("tasks that are left").isPositive();
    }
  }

  private synchronized @Nullable Runnable next() {
    return waiting.poll();
  }
}
