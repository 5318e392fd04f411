package dev.kmsagent.bootstrap.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Ends the process with the exit status of its command, by itself or after SIGTERM or SIGINT. The
 * JVM alone would exit with 128 and the number of the signal.
 */
final class ShutdownSignal {
  private final CountDownLatch received = new CountDownLatch(1);
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  /**
   * From now on a signal does not end the process before its command has returned. The result waits
   * until a signal was received or the thread is interrupted.
   */
  Runnable register() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::haltWithStatus, "shutdown"));
    return this::await;
  }

  private void await() {
    try {
      received.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void haltWithStatus() {
    received.countDown();
    Runtime.getRuntime().halt(status.join());
  }

  /** Ends the process. Does not return. */
  void exit(int exitStatus) {
    status.complete(exitStatus);
    System.exit(exitStatus);
  }
}
