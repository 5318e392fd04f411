package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The threads and timers of one run of an agent: a task begins after a delay that chance decides,
 * at times a long one. While the process is suspended its tasks wait; after its end there are none.
 */
final class SimulatedProcess implements Scheduler, Executor {
  private static final long USUAL_DELAY = 300_000;
  private static final long LONG_DELAY = 1_500_000_000;

  /** One task in so many is held up for long. */
  private static final int HELD_UP = 500;

  private final VirtualTime time;
  private final MachineClocks machine;
  private final RandomGenerator random;
  private final Queue<Runnable> held = new ArrayDeque<>();
  private Instant runningSince;
  private Instant heldUpUntil = Instant.MIN;
  private boolean suspended;
  private boolean ended;

  SimulatedProcess(VirtualTime time, MachineClocks machine, RandomGenerator random) {
    this.time = time;
    this.machine = machine;
    this.random = random;
    this.runningSince = time.instant();
  }

  @Override
  public void execute(Runnable task) {
    time.schedule(delay(), () -> run(task));
  }

  private Duration delay() {
    var longest = random.nextInt(HELD_UP) == 0 ? LONG_DELAY : USUAL_DELAY;
    var delay = Duration.ofNanos(random.nextLong(longest));
    if (longest == LONG_DELAY) {
      var end = time.instant().plus(delay);
      heldUpUntil = end.isAfter(heldUpUntil) ? end : heldUpUntil;
    }
    return delay;
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    return time.schedule(machine.trueTime(delay), () -> run(task));
  }

  /** Runs a task now, when the process is resumed, or never. */
  void run(Runnable task) {
    if (suspended) {
      held.add(task);
    } else if (!ended) {
      task.run();
    }
  }

  /** Runs nothing for some time. */
  void suspend(Duration length) {
    if (!suspended) {
      suspended = true;
      time.schedule(length, this::resume);
    }
  }

  private void resume() {
    suspended = false;
    runningSince = time.instant();
    heldUpUntil = runningSince;
    for (var task = held.poll(); task != null; task = held.poll()) {
      run(task);
    }
  }

  /** Whether some task had to wait for long within so much time before now, or all tasks. */
  boolean wasHeldUpWithin(Duration length) {
    return suspended || time.instant().minus(length).isBefore(heldUpUntil);
  }

  void end() {
    ended = true;
  }

  /** Whether it has run without a break for so long. */
  boolean ranFor(Duration length) {
    return isRunning() && !runningSince.plus(length).isAfter(time.instant());
  }

  boolean isRunning() {
    return !ended && !suspended;
  }

  boolean isEnded() {
    return ended;
  }
}
