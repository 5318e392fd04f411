package dev.kmsagent.domain.port;

import java.time.Duration;

/** Out-port: runs tasks after a delay. Thread-safe. */
public interface Scheduler {
  /** Runs {@code task}, which must be short, once {@code delay} has passed. */
  Timer schedule(Duration delay, Runnable task);

  /** A scheduled task. */
  @FunctionalInterface
  interface Timer {
    /** Cancels the task if it has not begun. */
    void cancel();
  }
}
