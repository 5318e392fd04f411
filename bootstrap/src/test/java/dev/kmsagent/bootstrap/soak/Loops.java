package dev.kmsagent.bootstrap.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Threads that repeat something until the end. */
final class Loops {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final Judge judge;

  /** One round. */
  interface Round {
    void run() throws Exception;
  }

  Loops(Judge judge) {
    this.judge = judge;
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
        judge.fail(name, "ended: " + e);
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
