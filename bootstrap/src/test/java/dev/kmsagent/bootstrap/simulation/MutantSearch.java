package dev.kmsagent.bootstrap.simulation;

import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Runs schedules until one breaks an invariant: called by reflection, in the classes of a mutant.
 */
public final class MutantSearch {
  private MutantSearch() {}

  /** What the first of these seeds or any below the limit finds, in a line. */
  public static Optional<String> find(long first, long limit) {
    var simulator = new Simulator();
    return LongStream.concat(LongStream.of(first), LongStream.range(0, limit))
        .boxed()
        .flatMap(seed -> find(simulator, seed).stream())
        .findFirst();
  }

  private static Optional<String> find(Simulator simulator, long seed) {
    return simulator
        .check(ScheduleGenerator.of(seed))
        .map(violation -> violation.rule() + " | " + seed);
  }
}
