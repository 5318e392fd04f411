package dev.kmsagent.adapters.cache.shared;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Tasks that wait until the test has them done, one after the other. Thread-safe. */
final class Tasks implements Executor {
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
    while (doNext()) {
      // Until none is left.
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
