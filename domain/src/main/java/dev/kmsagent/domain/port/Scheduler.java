package dev.kmsagent.domain.port;

import java.time.Duration;

/** Out-port: does things later. Thread-safe. */
public interface Scheduler {
  /** Runs {@code task}, which must be short, once {@code delay} has passed. */
  Timer schedule(Duration delay, Runnable task);

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Timer {
    /** Takes the task back if it has not begun. */
    void cancel();
  }
}
