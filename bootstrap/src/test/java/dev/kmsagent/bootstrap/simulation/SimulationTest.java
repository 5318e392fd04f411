package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.simulation.MutantsTest.Mutant;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Some schedules of agents that share a cache. */
class SimulationTest {
  private static final long SCHEDULES = 150;
  private static final long MORE_SCHEDULES = 500;

  private static List<Long> digests() {
    return schedules(0, 10).map(SimulationTest::digest).toList();
  }

  private static Stream<Schedule> schedules(long first, long end) {
    return LongStream.range(first, end)
        .boxed()
        .flatMap(
            seed -> Stream.of(ScheduleGenerator.of(seed, false), ScheduleGenerator.of(seed, true)));
  }

  private static long digest(Schedule schedule) {
    var config = SimulatedAgent.config(schedule.setting().config());
    return new Simulation(schedule, config, false).run().digest();
  }

  /** In other processes, too: {@link MutantsTest} has the seeds that found bugs in another one. */
  @Test
  void a_seed_decides_everything() {
    assertThat(digests()).isEqualTo(digests()).doesNotHaveDuplicates();
  }

  private static Optional<String> find(Stream<Schedule> schedules) {
    var simulator = new Simulator();
    return schedules.flatMap(schedule -> simulator.run(schedule).stream()).findFirst();
  }

  /** Among them the schedules that find the bugs of {@link MutantsTest}. */
  @Test
  void no_schedule_breaks_an_invariant() {
    var finders = MutantsTest.mutants().map(Mutant::schedule);
    assertThat(find(Stream.concat(schedules(0, SCHEDULES), finders))).isEmpty();
  }

  @Test
  @Tag("thorough")
  void none_of_more_schedules_breaks_an_invariant() {
    assertThat(find(schedules(SCHEDULES, MORE_SCHEDULES))).isEmpty();
  }
}
