package dev.kmsagent.bootstrap.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The end of this process: by itself, or after SIGTERM or SIGINT. Either way the status is the one
 * that the command comes to; the JVM alone would give 128 and the number of the signal.
 */
final class ShutdownSignal implements Signals {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  @Override
  public Runnable watch() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::follow, "shutdown"));
    return this::await;
  }

  private void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    asked.countDown();
    Runtime.getRuntime().halt(status.join());
  }

  /** Ends the process. Does not return. */
  void with(int exitStatus) {
    status.complete(exitStatus);
    System.exit(exitStatus);
  }
}
