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
  record Sent(int number) implements Serializable {}

  Instant time() {
    return Instant.now();
  }

  CompletableFuture<String> timer() {
    return new CompletableFuture<String>().completeOnTimeout("late", 1, TimeUnit.SECONDS);
  }

  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  double chance() {
    return new Random().nextDouble();
  }

  String environment() {
    return System.getenv("HOME");
  }

  void exit() {
    System.exit(1);
  }

  void print() {
    IO.println("printed");
  }

  Logger logger() {
    return Logger.getLogger("planted");
  }

  void fail() throws Exception {
    throw new Exception("planted");
  }

  Runnable spin() {
    return Thread::onSpinWait;
  }

  long measure() {
    return System.nanoTime();
  }

  Process start() throws IOException {
    return new ProcessBuilder("true").start();
  }
}
