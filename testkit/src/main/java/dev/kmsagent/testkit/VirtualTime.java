package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is advanced, and the timers on it: tasks run, in order of
 * their time, on the thread that advances. Thread-safe; tasks run without a lock held.
 */
public final class VirtualTime implements InstantSource, Scheduler {
  /** Where the clock stands at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::due).thenComparingLong(Task::order));
  private Instant now = START;
  private long scheduled;

  private record Task(Instant due, long order, Runnable work) {}

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable work) {
    var task = new Task(now.plus(delay.isNegative() ? Duration.ZERO : delay), scheduled++, work);
    tasks.add(task);
    return () -> cancel(task);
  }

  /** Lets time pass; every task that falls due on the way runs at its time. */
  public void advance(Duration time) {
    var end = instant().plus(time);
    for (var task = takeDue(end); task != null; task = takeDue(end)) {
      task.work().run();
    }
    moveTo(end);
  }

  /** How many tasks wait: none once everything has settled, or a timer was leaked. */
  public synchronized int waiting() {
    return tasks.size();
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  private synchronized void moveTo(Instant instant) {
    now = now.isBefore(instant) ? instant : now;
  }

  private synchronized @Nullable Task takeDue(Instant end) {
    var next = tasks.peek();
    if (next == null || next.due().isAfter(end)) {
      return null;
    }
    tasks.remove();
    moveTo(next.due());
    return next;
  }
}
