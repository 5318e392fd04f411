package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.testkit.SchedulerContract;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** On a machine whose time drifts. */
final class SimulatedProcessTest implements SchedulerContract {
  private final VirtualTime time = new VirtualTime();
  private final Scheduler process =
      new SimulatedProcess(time, new MachineClocks(time, 100, Duration.ZERO), new Random(1));

  @Override
  public Scheduler scheduler() {
    return process;
  }

  @Override
  public void await(BooleanSupplier condition) {
    SchedulerContract.advanceUntil(condition, time);
  }
}
