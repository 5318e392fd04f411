package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Grants so many turns and no more within any window of time. It counts by timers, so that setting
 * the clock changes nothing. Thread-safe.
 */
final class AttemptLimiter {
  private final Duration window;
  private final Scheduler scheduler;
  private final List<Runnable> waiting = new ArrayList<>();
  private int left;

  /** What a request for a turn comes to. */
  enum Grant {
    /** It may begin. */
    GRANTED,
    /** It must wait. */
    USED_UP
  }

  AttemptLimiter(int turns, Duration window, Scheduler scheduler) {
    this.left = turns;
    this.window = window;
    this.scheduler = scheduler;
  }

  /** Takes a turn if one is left. */
  synchronized Grant take() {
    if (left == 0) {
      return Grant.USED_UP;
    }
    left--;
    scheduler.schedule(window, this::giveBack);
    return Grant.GRANTED;
  }

  /** The same; where none is left, {@code whenNext} runs once it is worth asking again. */
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
