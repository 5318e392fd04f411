package dev.kmsagent.bootstrap.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The command behind {@code build/simulate}: schedules of one seed after the other. */
final class Simulate {
  private static final Duration PROGRESS = Duration.ofSeconds(10);

  private final Simulator simulator = new Simulator();
  private final InstantSource clock;
  private final PrintStream out;

  private Simulate(InstantSource clock, PrintStream out) {
    this.clock = clock;
    this.out = out;
  }

  /**
   * The arguments: the first seed, and for how many minutes, where 0 is one schedule. The status is
   * 1 if an invariant was broken.
   */
  public static void main(String[] arguments) {
    var first = Long.parseLong(arguments[0]);
    var minutes = Double.parseDouble(arguments[1]);
    var simulate = new Simulate(InstantSource.system(), System.out);
    var find =
        minutes == 0
            ? simulate.one(first)
            : simulate.all(first, Duration.ofMillis((long) (minutes * 60_000)));
    find.ifPresent(System.out::println);
    System.exit(find.isPresent() ? 1 : 0);
  }

  private Optional<Simulator.Find> one(long seed) {
    var schedule = ScheduleGenerator.of(seed);
    out.println(schedule);
    return simulator.run(schedule);
  }

  /** Until the first find. */
  private Optional<Simulator.Find> all(long first, Duration length) {
    var end = clock.instant().plus(length);
    var nextLine = clock.instant().plus(PROGRESS);
    for (var seed = first; clock.instant().isBefore(end); seed++) {
      var find = simulator.run(ScheduleGenerator.of(seed));
      nextLine = progress(nextLine, first, seed);
      if (find.isPresent()) {
        return find;
      }
    }
    return Optional.empty();
  }

  private Instant progress(Instant due, long first, long last) {
    var now = clock.instant();
    if (now.isBefore(due)) {
      return due;
    }
    out.printf(
        "%d schedules, %d steps, seeds %d to %d%n",
        simulator.schedules(), simulator.steps(), first, last);
    return now.plus(PROGRESS);
  }
}
