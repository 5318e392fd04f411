package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Some schedules of agents that share a cache. */
class SimulationTest {
  private static final long SCHEDULES = 500;

  /** The command that prints the digests of some runs. */
  static final class Digests {
    private static final int NUMBER = 30;

    private Digests() {}

    public static void main(String[] arguments) {
      all().forEach(System.out::println);
    }

    private static List<String> all() {
      return LongStream.range(0, NUMBER).mapToObj(Digests::of).toList();
    }

    private static String of(long seed) {
      var schedule = ScheduleGenerator.of(seed);
      var config = Configurations.with(schedule.setting().config());
      return Long.toString(new Simulation(schedule, config, false).run().trace().digest());
    }
  }

  @Test
  void a_seed_decides_everything_in_any_process() {
    var there =
        SystemCommand.java("--sun-misc-unsafe-memory-access=allow")
            .and("-cp", System.getProperty("java.class.path"), Digests.class.getName())
            .start();
    var here = Digests.all();
    assertThat(there.join().lines()).isEqualTo(here);
    assertThat(Digests.all()).isEqualTo(here);
  }

  /** Among them the schedules that find the bugs of {@link MutantsTest}. */
  @Test
  void no_schedule_breaks_an_invariant() {
    var simulator = new Simulator();
    var finders = MutantsTest.mutants().mapToLong(Mutant::seed);
    assertThat(
            LongStream.concat(LongStream.range(0, SCHEDULES), finders)
                .mapToObj(ScheduleGenerator::of)
                .flatMap(schedule -> simulator.run(schedule).stream())
                .findFirst())
        .isEmpty();
  }
}
