package dev.kmsagent.bootstrap.simulation;

import java.time.Duration;
import java.time.InstantSource;

/** The command behind {@code build/simulate}: schedules of one seed after the other. */
final class Simulate {
  private static final Duration PROGRESS = Duration.ofSeconds(10);

  private Simulate() {}

  /**
   * The arguments: the first seed, and for how many minutes, where 0 is one schedule. It ends with
   * the first find, and the status is 1 then.
   */
  public static void main(String[] arguments) {
    var first = Long.parseLong(arguments[0]);
    var minutes = Double.parseDouble(arguments[1]);
    var simulator = new Simulator();
    var clock = InstantSource.system();
    var end = clock.instant().plusMillis((long) (minutes * 60_000));
    var progress = clock.instant().plus(PROGRESS);
    for (var seed = first; seed == first || clock.instant().isBefore(end); seed++) {
      var schedule = ScheduleGenerator.of(seed);
      if (minutes == 0) {
        System.out.println(schedule);
      }
      var find = simulator.run(schedule);
      if (find.isPresent()) {
        System.out.println(find.get());
        System.exit(1);
      }
      if (!clock.instant().isBefore(progress)) {
        System.out.println(simulator + ", seeds " + first + " to " + seed);
        progress = clock.instant().plus(PROGRESS);
      }
    }
  }
}
