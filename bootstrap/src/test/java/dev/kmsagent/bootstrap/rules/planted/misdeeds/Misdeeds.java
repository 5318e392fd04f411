package dev.kmsagent.bootstrap.rules.planted.misdeeds;

import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/** What only bootstrap may do, or nobody. */
final class Misdeeds {
  final Instant time = Instant.now();
  final CompletableFuture<String> timer =
      new CompletableFuture<String>().completeOnTimeout("late", 1, TimeUnit.SECONDS);
  final double chance = new Random().nextDouble();
  final String environment = System.getenv().toString();
  final Logger logger = Logger.getLogger("planted");
  final Runnable spin = Thread::onSpinWait;
  final long measured = System.nanoTime();

  record Sent(int number) implements Serializable {}

  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  void exit() {
    System.exit(1);
  }

  void print() {
    IO.println("printed");
  }

  void fail() throws Exception {
    throw new Exception("planted");
  }

  Process start() throws IOException {
    return new ProcessBuilder("true").start();
  }
}
