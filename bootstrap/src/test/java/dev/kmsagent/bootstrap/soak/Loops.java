package dev.kmsagent.bootstrap.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Threads that repeat something until the end. */
final class Loops {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final Consumer<String> onError;

  /** One round. */
  interface Round {
    void run() throws Exception;
  }

  /**
   * @param onError is told which loop ended, and why
   */
  Loops(Consumer<String> onError) {
    this.onError = onError;
  }

  void repeat(String name, Round round) {
    threads.add(Thread.ofPlatform().name(name).daemon().start(() -> run(name, round)));
  }

  private void run(String name, Round round) {
    try {
      while (!isEnded()) {
        round.run();
      }
    } catch (Exception | AssertionError e) {
      if (!isEnded()) {
        onError.accept(name + " ended: " + e);
      }
    }
  }

  boolean isEnded() {
    return ended.getCount() == 0;
  }

  /** Waits, but not beyond the end. */
  void pause(Duration time) throws InterruptedException {
    var _ = ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns when all rounds that were under way have ended. */
  void end() throws InterruptedException {
    ended.countDown();
    for (var thread : threads) {
      thread.join();
    }
  }
}
