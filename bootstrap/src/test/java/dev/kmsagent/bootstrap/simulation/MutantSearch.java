package dev.kmsagent.bootstrap.simulation;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Optional;

/**
 * Runs schedules until one breaks an invariant: called by reflection, in the classes of a mutant.
 */
public final class MutantSearch {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private MutantSearch() {}

  /** What was found within so many schedules, and the time of the processor, in a line. */
  public static Optional<String> find(int limit) {
    var start = THREADS.getCurrentThreadCpuTime();
    var simulator = new Simulator();
    for (var seed = 0L; seed < limit; seed++) {
      var violation = simulator.check(ScheduleGenerator.of(seed));
      if (violation.isPresent()) {
        var took = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
        var rule = violation.get().rule();
        return Optional.of(
            "%s | %d schedules | %.1f s".formatted(rule, simulator.schedules(), took));
      }
    }
    return Optional.empty();
  }
}
