package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Verdict.Violation;
import dev.kmsagent.config.AgentConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Runs schedules, and makes those that break an invariant shorter. */
public final class Simulator {
  private final Map<String, AgentConfig> configs = new HashMap<>();
  private long schedules;
  private long steps;

  /** A schedule that breaks an invariant, as short as it could be made. */
  record Find(Schedule shortest, Violation violation, List<String> trace) {
    @Override
    public String toString() {
      return shortest
          + violation.toString()
          + "\n\nWhat happened:\n"
          + String.join("\n", trace)
          + "\n";
    }
  }

  /**
   * What the first of these seeds or any below the limit finds, in a line: called by reflection, in
   * the classes of a mutant.
   */
  public static Optional<String> find(long first, long limit) {
    var simulator = new Simulator();
    return LongStream.concat(LongStream.of(first), LongStream.range(0, limit))
        .boxed()
        .flatMap(
            seed ->
                simulator
                    .check(ScheduleGenerator.of(seed))
                    .map(violation -> violation.rule() + " | " + seed)
                    .stream())
        .findFirst();
  }

  private Simulation.Outcome run(Schedule schedule, boolean verbose) {
    var config = configs.computeIfAbsent(schedule.setting().config(), Configurations::with);
    return new Simulation(schedule, config, verbose).run();
  }

  /** Runs a schedule; empty if every invariant holds. */
  Optional<Find> run(Schedule schedule) {
    return check(schedule).map(it -> shorten(schedule, it));
  }

  /** The same for a schedule that is not made shorter. */
  Optional<Violation> check(Schedule schedule) {
    var outcome = run(schedule, false);
    schedules++;
    steps += outcome.steps();
    return outcome.violation();
  }

  @Override
  public String toString() {
    return schedules + " schedules, " + steps + " steps";
  }

  private Find shorten(Schedule found, Violation violation) {
    var shortest = shorten(found, violation.rule());
    var outcome = run(shortest, true);
    return new Find(shortest, outcome.violation().orElseThrow(), outcome.trace().lines());
  }

  /** Leaves out halves of the steps at first, and single steps at last (delta debugging). */
  private Schedule shorten(Schedule schedule, String rule) {
    var shortest = schedule;
    for (var part = schedule.steps().size(); part > 0; part /= 2) {
      shortest = without(shortest, part, rule);
    }
    return shortest.steps().size() < schedule.steps().size() ? shorten(shortest, rule) : shortest;
  }

  /** Leaves out each part of this length without which it still breaks the invariant. */
  private Schedule without(Schedule schedule, int part, String rule) {
    var shortest = schedule;
    var from = 0;
    while (from < shortest.steps().size()) {
      var left = new ArrayList<>(shortest.steps());
      left.subList(from, Math.min(from + part, left.size())).clear();
      var shorter = shortest.with(left);
      if (run(shorter, false).violation().filter(it -> it.rule().equals(rule)).isPresent()) {
        shortest = shorter;
      } else {
        from += part;
      }
    }
    return shortest;
  }
}
