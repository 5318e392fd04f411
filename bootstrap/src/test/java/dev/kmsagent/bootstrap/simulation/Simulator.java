package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.config.AgentConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs schedules, and makes those that break an invariant shorter. */
final class Simulator {
  private final Map<String, AgentConfig> configs = new HashMap<>();
  private long schedules;
  private long steps;

  /** A schedule that breaks an invariant, as it was found and as short as it could be made. */
  record Find(Schedule found, Schedule shortest, Violation violation, List<String> trace) {
    @Override
    public String toString() {
      return shortest
          + violation.toString()
          + "\n\nWhat happened:\n"
          + String.join("\n", trace)
          + "\n";
    }
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

  long schedules() {
    return schedules;
  }

  long steps() {
    return steps;
  }

  private Find shorten(Schedule found, Violation violation) {
    var shortest = new Shrinker(it -> breaks(it, violation.rule())).shorten(found);
    var outcome = run(shortest, true);
    return new Find(found, shortest, outcome.violation().orElseThrow(), outcome.trace().lines());
  }

  private boolean breaks(Schedule schedule, String rule) {
    return run(schedule, false).violation().filter(it -> it.rule().equals(rule)).isPresent();
  }
}
