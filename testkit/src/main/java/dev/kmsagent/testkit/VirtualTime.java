package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is advanced, and the timers on it: tasks run, in order of
 * their time, on the thread that advances. Thread-safe; tasks run without a lock held. Quick enough
 * for millions of tasks.
 */
public final class VirtualTime implements InstantSource, Scheduler {
  /** Where the clock stands at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final long POLL_MILLIS = 5;

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(VirtualTime::compare);
  private Instant now = START;
  private long nanos;
  private long scheduled;
  private int waiting;

  /** A task, due so many nanoseconds after the start. Cancelled ones wait on without work. */
  private static final class Task {
    private final long due;
    private final long order;
    private @Nullable Runnable work;

    Task(long due, long order, Runnable work) {
      this.due = due;
      this.order = order;
      this.work = work;
    }

    @Nullable Runnable takeWork() {
      var taken = work;
      work = null;
      return taken;
    }
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable work) {
    var task = new Task(after(delay.isNegative() ? Duration.ZERO : delay), scheduled++, work);
    tasks.add(task);
    waiting++;
    notifyAll();
    return () -> cancel(task);
  }

  /** This as both clocks and the timers; chance is in the middle. */
  public TimeSources timing() {
    return timing(() -> 0.5);
  }

  /** The same with another chance. */
  public TimeSources timing(DoubleSupplier chance) {
    return new TimeSources(Clocks.of(this), this, chance);
  }

  /** Lets time pass; every task that falls due on the way runs at its time. */
  public void advance(Duration time) {
    var end = after(time);
    for (var work = takeDue(end); work != null; work = takeDue(end)) {
      work.run();
    }
    moveTo(end);
  }

  /** How many tasks wait: none once everything has settled, or a timer was leaked. */
  public synchronized int waiting() {
    return waiting;
  }

  /** A time that is too far away is the furthest there is. */
  private synchronized long after(Duration time) {
    return nanos + Math.min(Long.MAX_VALUE - nanos, TimeUnit.NANOSECONDS.convert(time));
  }

  private static int compare(Task one, Task other) {
    return one.due == other.due
        ? Long.compare(one.order, other.order)
        : Long.compare(one.due, other.due);
  }

  /** Moves on to the next timer that waits, and runs it alone. */
  public void advanceToNext() {
    Objects.requireNonNull(takeDue(Long.MAX_VALUE), "no timer waits").run();
  }

  /**
   * Moves on to each timer that falls due within {@code limit} of now, also to those that are
   * registered meanwhile, until {@code done} holds.
   *
   * @throws AssertionError when there is neither a timer nor an end for long
   */
  public void advanceUntil(BooleanSupplier done, Duration limit) {
    var end = after(limit);
    while (!done.getAsBoolean()) {
      var work = takeDue(end);
      if (work != null) {
        work.run();
      } else {
        awaitThat(() -> done.getAsBoolean() || isDue(end), "an end, or a timer within " + limit);
      }
    }
  }

  /** Returns once so many tasks wait that are due after this time, not sooner and not later. */
  public void awaitDue(Duration time, int count) {
    var due = after(time);
    awaitThat(() -> countDue(due) >= count, count + " timers that are due in " + time);
  }

  /** Another thread may register a task, or complete what is waited for without one. */
  private synchronized void awaitThat(BooleanSupplier condition, String what) {
    var clock = InstantSource.system();
    var end = clock.instant().plus(Patience.limit());
    try {
      while (!condition.getAsBoolean()) {
        if (clock.instant().isAfter(end)) {
          throw new AssertionError(missing(what));
        }
        wait(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(missing(what), e);
    }
  }

  private String missing(String what) {
    var due = tasks.stream().filter(task -> task.work != null).map(task -> task.due - nanos);
    return "There is not " + what + ", but " + due.map(Duration::ofNanos).sorted().toList();
  }

  private synchronized boolean isDue(long end) {
    return tasks.stream().anyMatch(task -> task.work != null && task.due <= end);
  }

  private synchronized long countDue(long due) {
    return tasks.stream().filter(task -> task.work != null && task.due == due).count();
  }

  private synchronized void cancel(Task task) {
    if (task.takeWork() != null) {
      waiting--;
    }
  }

  private synchronized void moveTo(long due) {
    if (due > nanos) {
      nanos = due;
      now = START.plusNanos(due);
    }
  }

  private synchronized @Nullable Runnable takeDue(long end) {
    for (var next = tasks.peek(); next != null && next.due <= end; next = tasks.peek()) {
      tasks.remove();
      var work = next.takeWork();
      if (work != null) {
        waiting--;
        moveTo(next.due);
        return work;
      }
    }
    return null;
  }
}
