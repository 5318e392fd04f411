package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Some hundred schedules of agents that share a cache. */
class SimulationTest {
  private final Simulator simulator = new Simulator();

  private long digest(long seed) {
    var schedule = ScheduleGenerator.of(seed);
    var config = Configurations.with(schedule.setting().config());
    return new Simulation(schedule, config, false).run().trace().digest();
  }

  @Test
  void a_seed_decides_everything() {
    assertThat(LongStream.range(0, 20).map(this::digest))
        .containsExactly(LongStream.range(0, 20).map(this::digest).boxed().toArray(Long[]::new));
  }

  /** It finds that a revoked secret comes back through Redis, so it is not in the default run. */
  @Test
  @Tag("simulation")
  void no_schedule_breaks_an_invariant() {
    assertThat(LongStream.range(0, 300).mapToObj(ScheduleGenerator::of).map(simulator::run))
        .allSatisfy(find -> assertThat(find).isEmpty());
  }
}
