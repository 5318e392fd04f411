package dev.kmsagent.bootstrap.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Threads that repeat something until the end. */
final class Loops {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final BiConsumer<String, Throwable> onError;

  /** One round. */
  interface Round {
    void run() throws IOException, InterruptedException;
  }

  /**
   * @param onError gets the name of a loop and what ended it
   */
  Loops(BiConsumer<String, Throwable> onError) {
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
    } catch (IOException | RuntimeException | AssertionError e) {
      if (!isEnded()) {
        onError.accept(name, e);
      }
    } catch (InterruptedException atTheEnd) {
      Thread.currentThread().interrupt();
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
