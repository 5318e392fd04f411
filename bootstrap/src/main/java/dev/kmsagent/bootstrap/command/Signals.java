package dev.kmsagent.bootstrap.command;

import java.util.concurrent.CountDownLatch;

/** The signals that end the process. */
final class Signals {
  private Signals() {}

  /**
   * Waits for SIGTERM or SIGINT, then runs {@code end} and ends the process with status 0, which
   * the JVM would give as 128 and the number of the signal. Returns only when interrupted.
   */
  static void await(Runnable end) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  end.run();
                  Runtime.getRuntime().halt(ExitStatus.DONE);
                },
                "shutdown"));
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
