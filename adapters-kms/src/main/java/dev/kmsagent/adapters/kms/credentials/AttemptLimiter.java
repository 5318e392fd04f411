package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits the attempts within any window of time. It counts with timers, so that setting the clock
 * changes nothing. Thread-safe.
 */
final class AttemptLimiter {
  private final Duration window;
  private final Scheduler scheduler;
  private final List<Runnable> waiting = new ArrayList<>();
  private int left;

  /** Whether an attempt may be made. */
  enum Grant {
    GRANTED,
    USED_UP
  }

  AttemptLimiter(int attempts, Duration window, Scheduler scheduler) {
    this.left = attempts;
    this.window = window;
    this.scheduler = scheduler;
  }

  /** Takes one of the attempts that are left. */
  synchronized Grant take() {
    if (left == 0) {
      return Grant.USED_UP;
    }
    left--;
    scheduler.schedule(window, this::giveBack);
    return Grant.GRANTED;
  }

  /** The same; where none is left, {@code whenNext} runs as soon as one is. */
  synchronized Grant take(Runnable whenNext) {
    var grant = take();
    if (grant == Grant.USED_UP) {
      waiting.add(whenNext);
    }
    return grant;
  }

  private void giveBack() {
    withOneMore().forEach(Runnable::run);
  }

  private synchronized List<Runnable> withOneMore() {
    left++;
    var next = List.copyOf(waiting);
    waiting.clear();
    return next;
  }
}
