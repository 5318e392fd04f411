package dev.kmsagent.bootstrap.wiring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ends the process if one of the threads that everything depends on, a selector or the timers, has
 * not run a task for half a minute, so that systemd or the kubelet starts it again. It opens no
 * connection: a crowd of clients is no reason for a restart. A check counts only if this thread ran
 * on time itself: a process that was suspended, stopped or starved of the processor is not ended.
 *
 * <p>Threads for files and virtual threads are not checked. A file or DNS that hangs may occupy
 * them for long; cached secrets are served meanwhile, and a restart would lose them.
 */
public final class Watchdog implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Later than this after the interval, the whole process did not get the processor. */
  private static final Duration DELAY = Duration.ofSeconds(1);

  /** Half a minute. */
  private static final int MAX_MISSED = 6;

  private final List<Watched> watched;
  private final Consumer<String> end;
  private final Thread thread = Thread.ofPlatform().daemon().name("watchdog").unstarted(this::run);

  /** A thread to check. */
  public static final class Watched {
    private final String name;
    private final Executor tasks;
    private volatile boolean answered = true;
    private int missed;

    /**
     * @param tasks runs tasks on the thread, and does not block its callers
     */
    public Watched(String name, Executor tasks) {
      this.name = name;
      this.tasks = tasks;
    }

    /** Whether too many tasks in a row were not run. */
    private boolean fails() {
      if (answered) {
        missed = 0;
        answered = false;
        tasks.execute(() -> answered = true);
        return false;
      }
      missed++;
      return missed >= MAX_MISSED;
    }
  }

  /**
   * @param end receives the reason, and ends the process
   */
  public Watchdog(List<Watched> watched, Consumer<String> end) {
    this.watched = List.copyOf(watched);
    this.end = end;
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    var last = System.nanoTime();
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
        var now = System.nanoTime();
        check(Duration.ofNanos(now - last));
        last = now;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One check, so long after the one before. */
  void check(Duration elapsed) {
    if (elapsed.compareTo(INTERVAL.plus(DELAY)) > 0) {
      watched.forEach(each -> each.missed = 0);
      return;
    }
    watched.stream().filter(Watched::fails).findFirst().ifPresent(this::endFor);
  }

  private void endFor(Watched hanging) {
    var seconds = INTERVAL.multipliedBy(MAX_MISSED).toSeconds();
    end.accept(
        "the thread of the %s has not run for %d seconds: the process ends"
            .formatted(hanging.name, seconds));
  }
}
