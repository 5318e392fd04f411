package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Trace.Violation;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.config.AgentConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Runs schedules, and makes those that break an invariant shorter. */
public final class Simulator {
  private static final Duration PROGRESS = Duration.ofSeconds(10);

  private final Map<String, AgentConfig> configs = new HashMap<>();

  /**
   * The command behind {@code build/simulate}: schedules of one seed after the other. It ends with
   * the first find, and the status is 1 then.
   *
   * @param arguments the first seed, for how many minutes, where 0 is one schedule, and whether the
   *     agents have folders
   */
  static void main(String[] arguments) {
    var first = Long.parseLong(arguments[0]);
    var minutes = Double.parseDouble(arguments[1]);
    var inFolder = Boolean.parseBoolean(arguments[2]);
    var simulator = new Simulator();
    var clock = InstantSource.system();
    var end = clock.instant().plusMillis((long) (minutes * 60_000));
    var progress = clock.instant().plus(PROGRESS);
    for (var seed = first; seed == first || clock.instant().isBefore(end); seed++) {
      var schedule = ScheduleGenerator.of(seed, inFolder);
      if (minutes == 0) {
        System.out.println(schedule);
      }
      var find = simulator.run(schedule);
      if (find.isPresent()) {
        System.out.println(find.get());
        System.exit(1);
      }
      if (!clock.instant().isBefore(progress)) {
        System.out.println("seeds " + first + " to " + seed);
        progress = clock.instant().plus(PROGRESS);
      }
    }
  }

  /**
   * What the first of these seeds or any below the limit finds, in a line: called by reflection, in
   * the classes of a mutant.
   */
  public static Optional<String> find(long first, long limit, boolean inFolder) {
    var simulator = new Simulator();
    return LongStream.concat(LongStream.of(first), LongStream.range(0, limit))
        .boxed()
        .flatMap(
            seed ->
                simulator
                    .check(ScheduleGenerator.of(seed, inFolder))
                    .map(violation -> violation.rule() + " | " + seed)
                    .stream())
        .findFirst();
  }

  private Trace run(Schedule schedule, boolean verbose) {
    var config = configs.computeIfAbsent(schedule.setting().config(), SimulatedAgent::config);
    return new Simulation(schedule, config, verbose).run();
  }

  /** Runs a schedule; gives what it breaks, and how, as short as it could be made. */
  Optional<String> run(Schedule schedule) {
    return check(schedule).map(violation -> shorten(schedule, violation));
  }

  /** Runs a schedule; empty if every invariant holds. */
  private Optional<Violation> check(Schedule schedule) {
    return run(schedule, false).violation();
  }

  private String shorten(Schedule found, Violation violation) {
    var shortest = shorten(found, violation.rule());
    var trace = run(shortest, true);
    return "%s%s%n%nWhat happened:%n%s%n"
        .formatted(shortest, trace.violation().orElseThrow(), String.join("\n", trace.lines()));
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
      if (check(shorter).filter(it -> it.rule().equals(rule)).isPresent()) {
        shortest = shorter;
      } else {
        from += part;
      }
    }
    return shortest;
  }
}
