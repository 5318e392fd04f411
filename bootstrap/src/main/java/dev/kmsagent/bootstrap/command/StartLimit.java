package dev.kmsagent.bootstrap.command;

import java.time.Duration;

/**
 * Ends a start that hangs, because a file that it reads is a named pipe or on a file system that
 * does not answer. Closed once the agent listens. Thread-safe.
 */
final class StartLimit implements AutoCloseable {
  private final Thread thread;

  /** Runs {@code end} after {@code limit}, unless this is closed before. */
  StartLimit(Duration limit, Runnable end) {
    thread = Thread.ofPlatform().daemon().name("start").start(() -> endAfter(limit, end));
  }

  private static void endAfter(Duration limit, Runnable end) {
    try {
      Thread.sleep(limit);
      end.run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
