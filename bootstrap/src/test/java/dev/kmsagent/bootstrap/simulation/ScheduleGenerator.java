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
  private static final int READS = 6;

  private final SplittableRandom random;
  private final long seed;
  private final Setting setting;
  private final int secrets;

  /** Of the other kinds of actions, one in so many is used. */
  private final int kinds;

  private final List<Supplier<Action>> actions = new ArrayList<>();

  private ScheduleGenerator(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.secrets = 1 + random.nextInt(2) * random.nextInt(4);
    this.kinds = random.nextBoolean() ? 3 : 9;
    this.setting = setting();
    choose();
  }

  static Schedule of(long seed) {
    return new ScheduleGenerator(seed).schedule();
  }

  private Setting setting() {
    var agents = 2 + random.nextInt(3) + random.nextInt(2) * random.nextInt(5);
    var principals = random.nextInt(4) == 0 ? 2 : 1;
    var config = random.nextBoolean() ? "" : "Cache = { TtlSeconds = 60, MaxStaleSeconds = 1200 }";
    return new Setting(agents, principals, config, Duration.ofMillis(skew()));
  }

  private int skew() {
    return random.nextInt(3) == 0 ? random.nextInt(60_000) : 0;
  }

  /**
   * Reads always, refusals and outages often, others now and then: in half of the schedules, few.
   */
  private void choose() {
    for (var i = 0; i < READS; i++) {
      actions.add(this::read);
    }
    maybe(() -> new Action.Rotate(secret()));
    maybe(() -> new Action.MoveBack(secret()));
    if (random.nextInt(4) > 0) {
      actions.add(() -> new Action.Refuse(secret()));
    }
    maybe(() -> new Action.DropPrevious(secret()));
    maybe(() -> new Action.Restore(secret()));
    if (random.nextBoolean()) {
      actions.add(() -> new Action.KmsOutage(agent(), length()));
    }
    maybe(() -> new Action.Throttle(length()));
    maybe(() -> new Action.KmsDelay(length()));
    maybe(() -> new Action.Partition(agent(), length()));
    maybe(() -> new Action.SlowNetwork(agent(), length()));
    maybe(() -> new Action.RedisRestart(length()));
    maybe(() -> new Action.RedisFull(length()));
    maybe(this::failover);
    maybe(() -> new Action.Evict(random.nextInt(secrets)));
    maybe(Action.Flush::new);
    maybe(() -> new Action.Suspend(agent(), length()));
    maybe(() -> new Action.Restart(agent(), length()));
    maybe(() -> new Action.ClockStep(agent(), either(random.nextInt(7_200_000))));
  }

  private Action failover() {
    var lag = Duration.ofMillis(random.nextInt(3_000));
    return new Action.Failover(Duration.ofMillis(random.nextInt(15_000)), lag, either(200));
  }

  private Duration either(int millis) {
    return Duration.ofMillis(random.nextInt(-millis, millis + 1));
  }

  private void maybe(Supplier<Action> action) {
    if (random.nextInt(kinds) == 0) {
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
