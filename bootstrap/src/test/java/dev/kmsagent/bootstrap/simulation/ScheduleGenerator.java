package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Schedule.Setting;
import dev.kmsagent.bootstrap.simulation.Schedule.Step;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Makes the schedule of a seed. Each uses some kinds of actions only, so that some are frequent.
 */
final class ScheduleGenerator {
  private static final int MOST_STEPS = 60;

  private final SplittableRandom random;
  private final long seed;
  private final Setting setting;
  private final int secrets;
  private final List<Supplier<Action>> actions = new ArrayList<>();

  private ScheduleGenerator(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.secrets = 1 + random.nextInt(2);
    this.setting = setting();
    choose();
  }

  static Schedule of(long seed) {
    return new ScheduleGenerator(seed).schedule();
  }

  private Setting setting() {
    var agents = 2 + random.nextInt(3);
    var polled = random.nextBoolean() ? 0 : random.nextInt(agents + 1);
    var config = random.nextBoolean() ? "" : "Cache = { TtlSeconds = 60, MaxStaleSeconds = 1200 }";
    return new Setting(agents, polled, 1, config, Duration.ZERO);
  }

  /** Reads always, others now and then. */
  private void choose() {
    for (var i = 0; i < 6; i++) {
      actions.add(this::read);
    }
    maybe(() -> new Action.Rotate(secret()));
    maybe(() -> new Action.Refuse(secret()));
    maybe(() -> new Action.Restore(secret()));
    maybe(() -> new Action.KmsOutage(agent(), length()));
    maybe(() -> new Action.Partition(agent(), length()));
    maybe(() -> new Action.Suspend(agent(), length()));
    maybe(() -> new Action.Restart(agent(), length()));
  }

  private void maybe(Supplier<Action> action) {
    if (random.nextBoolean()) {
      actions.add(action);
    }
  }

  private Schedule schedule() {
    var steps = new ArrayList<Step>();
    var at = Duration.ZERO;
    var number = 5 + random.nextInt(MOST_STEPS);
    for (var i = 0; i < number; i++) {
      at = at.plus(gap());
      steps.add(new Step(at, actions.get(random.nextInt(actions.size())).get()));
    }
    return new Schedule(seed, setting, steps);
  }

  private Duration gap() {
    return Duration.ofMillis(random.nextInt(gapLimit()));
  }

  private int gapLimit() {
    return switch (random.nextInt(6)) {
      case 0 -> 30;
      case 1 -> 300;
      case 2 -> 3_000;
      case 3 -> 20_000;
      case 4 -> 60_000;
      default -> 200_000;
    };
  }

  private Duration length() {
    return Duration.ofMillis(1 + random.nextInt(gapLimit()));
  }

  private int agent() {
    return random.nextInt(setting.agents());
  }

  private String secret() {
    return SimulatedNames.secret(random.nextInt(secrets));
  }

  private Action read() {
    return new Action.Read(agent(), query(), mode());
  }

  private SecretQuery query() {
    return switch (random.nextInt(8)) {
      case 0 -> SimulatedNames.byArn(secret());
      case 1 -> SimulatedNames.previous(secret());
      default -> SimulatedNames.current(secret());
    };
  }

  private ReadMode mode() {
    return random.nextInt(5) == 0 ? ReadMode.REFRESH_NOW : ReadMode.CACHED;
  }
}
