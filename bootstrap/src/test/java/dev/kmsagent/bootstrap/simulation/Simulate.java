package dev.kmsagent.bootstrap.simulation;

import java.time.Duration;

/** The command behind {@code build/simulate}. */
final class Simulate {
  private Simulate() {}

  public static void main(String[] arguments) {
    var simulator = new Simulator();
    var length = Duration.ofMillis((long) (Double.parseDouble(arguments[0]) * 60_000));
    var end = System.nanoTime() + length.toNanos();
    var seed = Long.parseLong(arguments[1]);
    while (System.nanoTime() < end) {
      var find = simulator.run(ScheduleGenerator.of(seed++));
      if (find.isPresent()) {
        System.out.println(simulator.schedules() + " schedules, " + simulator.steps() + " steps");
        System.out.println(find.get());
        if (arguments.length < 3 || arguments[2].equals(find.get().violation().rule())) {
          return;
        }
      }
    }
    System.out.println(simulator.schedules() + " schedules, " + simulator.steps() + " steps");
  }
}
