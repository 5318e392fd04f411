package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.file.FaultyFolder;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The folder of one agent, on a disk that fails, is full, slow, or hangs, and outlives processes.
 */
final class SimulatedDisk implements SimulatedStore {
  static final Duration FOR_EVER = Duration.ofDays(36_500);
  private static final int MOST_FILES = 1000;
  private static final long USUAL = 1_000_000;
  private static final long SLOW = 900_000_000;

  private final Simulation simulation;
  private final VirtualTime time;
  private final RandomGenerator random;
  private final FaultyFolder files = new FaultyFolder();
  private Instant failsUntil = Instant.MIN;
  private Instant readOnlyUntil = Instant.MIN;
  private Instant fullUntil = Instant.MIN;
  private Instant slowUntil = Instant.MIN;
  private Instant hangsUntil = Instant.MIN;
  private Instant lastTrouble = Instant.MIN;
  private Instant lastLoss = Instant.MIN;

  /** The process ends before a step. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;
  }

  SimulatedDisk(Simulation simulation, RandomGenerator random) {
    this.simulation = simulation;
    this.time = simulation.time;
    this.random = random;
  }

  private MachineClocks machine() {
    return simulation.agents.getFirst().machine;
  }

  @Override
  public Access access(SharingAgent agent, Means means) {
    var settings =
        new FolderSettings(
            MOST_FILES,
            Long.MAX_VALUE,
            simulation.policy,
            List.of(SharingAgent.KEY),
            agent.machine::boot);
    var process = agent.process;
    files.kill();
    var folder =
        files.inNewProcess(settings, new DiskThread(process), new DiskThread(process), means);
    return new Access(new ObservedEntryStore(simulation.invariants, agent, folder), FOR_EVER);
  }

  /** Does one thing after the other; a disk that hangs holds it up. */
  private final class DiskThread implements Executor {
    private final SimulatedProcess process;
    private Instant free = Instant.MIN;

    DiskThread(SimulatedProcess process) {
      this.process = process;
    }

    @Override
    public void execute(Runnable work) {
      var now = time.instant();
      var longest = now.isBefore(slowUntil) ? SLOW : USUAL;
      free = latest(now, free, hangsUntil).plusNanos(random.nextLong(longest / 4, longest));
      time.schedule(Duration.between(now, free), () -> process.run(() -> run(work)));
    }

    private void run(Runnable work) {
      files.recover();
      if (time.instant().isBefore(fullUntil)) {
        files.becomeFull();
      }
      if (time.instant().isBefore(readOnlyUntil)) {
        files.becomeReadOnly();
      }
      if (time.instant().isBefore(failsUntil) && random.nextBoolean()) {
        files.fail();
      }
      try {
        work.run();
      } catch (Ended _) {
        // It does nothing more.
      }
    }
  }

  private static Instant latest(Instant... dates) {
    return Stream.of(dates).max(Comparator.naturalOrder()).orElseThrow();
  }

  /** Half of all that is done on it fails. */
  void fail(Duration length) {
    failsUntil = trouble(length);
  }

  void becomeReadOnly(Duration length) {
    readOnlyUntil = trouble(length);
  }

  void fill(Duration length) {
    fullUntil = trouble(length);
  }

  void slow(Duration length) {
    slowUntil = trouble(length);
  }

  void hang(Duration length) {
    hangsUntil = trouble(length);
  }

  private Instant trouble(Duration length) {
    var end = time.instant().plus(length);
    lastTrouble = latest(end, lastTrouble);
    simulation.invariants.restarts.forget();
    return end;
  }

  /** The process ends within the work on the disk, after so many more steps. */
  void stopAfter(int steps, Runnable ending) {
    files.meanwhile(
        () -> {
          if (steps == 0) {
            ending.run();
            throw new Ended();
          }
          stopAfter(steps - 1, ending);
        });
  }

  /** The machine lost power. */
  void losePower() {
    files.losePower(random);
    lastLoss = time.instant();
    simulation.invariants.restarts.forget();
  }

  @Override
  public Instant clock() {
    return simulation.invariants.restarts.folderTime();
  }

  @Override
  public Duration clockSteps() {
    return machine().stepsBeforeBoots();
  }

  @Override
  public Instant lastLoss() {
    return lastLoss;
  }

  @Override
  public boolean wasDownWithin(Duration length) {
    return time.instant().minus(length).isBefore(lastTrouble);
  }
}
