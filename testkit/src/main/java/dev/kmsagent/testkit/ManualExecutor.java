package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** An executor whose tasks wait until the test has them done, one after the other. Thread-safe. */
public final class ManualExecutor implements Executor {
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
  public synchronized void refuse() {
    refusing = true;
    waiting.clear();
  }

  /** How many wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Does the first of them, which there must be. */
  public void doNext() {
    Objects.requireNonNull(next(), "no task waits").run();
  }

  /** Does all of them, and those that they bring about, which must come to an end. */
  public void doAll() {
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
