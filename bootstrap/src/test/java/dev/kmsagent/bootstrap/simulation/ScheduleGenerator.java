package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Schedule.Action;
import dev.kmsagent.bootstrap.simulation.Schedule.Setting;
import dev.kmsagent.bootstrap.simulation.Schedule.Step;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
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

  private ScheduleGenerator(long seed, boolean inFolder) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.secrets = 1 + random.nextInt(2) * random.nextInt(4);
    this.kinds = random.nextBoolean() ? 3 : 9;
    this.setting = setting(inFolder);
    choose();
  }

  /**
   * @param inFolder whether it is of one agent with a folder, not of some with Redis
   */
  static Schedule of(long seed, boolean inFolder) {
    return new ScheduleGenerator(seed, inFolder).schedule();
  }

  private Setting setting(boolean inFolder) {
    var agents = 2 + random.nextInt(3) + random.nextInt(2) * random.nextInt(5);
    var principals = random.nextInt(4) == 0 ? 2 : 1;
    var config = random.nextBoolean() ? "" : "Cache = { TtlSeconds = 60, MaxStaleSeconds = 1200 }";
    return new Setting(
        inFolder ? 1 : agents, principals, config, Duration.ofMillis(skew()), inFolder);
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
    maybe(() -> ofKms("has a new version of", KmsModel::rotate));
    maybe(() -> ofKms("moves back to the previous version of", KmsModel::moveBack));
    if (random.nextInt(4) > 0) {
      actions.add(() -> ofKms("refuses", KmsModel::refuse));
    }
    maybe(() -> ofKms("has no previous version any more of", KmsModel::dropPrevious));
    maybe(() -> ofKms("gives again", KmsModel::restore));
    if (random.nextBoolean()) {
      actions.add(() -> ofAgent("does not reach KMS", (it, length) -> it.kms.cut(length)));
    }
    maybe(() -> fault("KMS throttles most calls", (it, length) -> it.kms.throttle(length)));
    maybe(() -> fault("KMS takes seconds", (it, length) -> it.kms.delay(length)));
    if (setting.inFolder()) {
      chooseOfFolder();
    } else {
      chooseOfRedis();
    }
    maybe(() -> ofAgent("is suspended", (it, length) -> it.process.suspend(length)));
    maybe(() -> ofAgent("ends, and does not run", SharingAgent::restart));
    maybe(() -> clockStep(() -> either(random.nextInt(7_200_000))));
  }

  /** Restarts in outages often. */
  private void chooseOfFolder() {
    actions.add(() -> ofAgent("does not reach KMS and STS", (it, length) -> it.kms.cut(length)));
    actions.add(() -> ofAgent("ends, and does not run", SharingAgent::restart));
    actions.add(this::endOnDisk);
    maybe(() -> ofAgent("loses power, and does not run", SharingAgent::losePower));
    if (random.nextBoolean()) {
      actions.add(() -> ofAgent("is refused its role", (it, length) -> it.sts.cut(length)));
    }
    maybe(() -> clockStep(() -> Duration.ofDays(random.nextBoolean() ? 1 : -1)));
    maybe(() -> fault("the disk fails at times", (it, length) -> it.disk.fail(length)));
    maybe(() -> fault("the disk is full", (it, length) -> it.disk.fill(length)));
    maybe(() -> fault("the disk takes no writes", (it, length) -> it.disk.becomeReadOnly(length)));
    maybe(() -> fault("the disk is slow", (it, length) -> it.disk.slow(length)));
    maybe(() -> fault("the disk hangs", (it, length) -> it.disk.hang(length)));
  }

  private Action endOnDisk() {
    var steps = random.nextInt(12);
    return ofAgent(
        "ends after " + steps + " steps on the disk, and does not run",
        (it, length) -> it.endOnDisk(steps, length));
  }

  private void chooseOfRedis() {
    maybe(() -> ofAgent("does not reach Redis", (it, length) -> it.link.cut(length)));
    maybe(() -> ofAgent("reaches Redis slowly", (it, length) -> it.link.slow(length)));
    maybe(
        () ->
            fault(
                "Redis loses everything, and does not run",
                (it, length) -> it.redis.restart(length)));
    maybe(() -> fault("Redis has no memory", (it, length) -> it.redis.fill(length)));
    maybe(this::failover);
    maybe(this::eviction);
    maybe(() -> new Action("Redis is flushed", Duration.ZERO, it -> it.redis.flush()));
  }

  private Action ofKms(String what, BiConsumer<KmsModel, String> change) {
    var secret = secret();
    return new Action(
        "KMS " + what + " " + secret, Duration.ZERO, it -> change.accept(it.kms, secret));
  }

  private Action ofAgent(String what, BiConsumer<SharingAgent, Duration> fault) {
    var agent = agent();
    return fault(
        SharingAgent.name(agent) + " " + what,
        (it, length) -> fault.accept(it.agents.get(agent), length));
  }

  private Action fault(String what, BiConsumer<Simulation, Duration> fault) {
    var length = length();
    return new Action(what + " for " + length, length, it -> fault.accept(it, length));
  }

  private Action failover() {
    var lag = Duration.ofMillis(random.nextInt(3_000));
    var length = Duration.ofMillis(random.nextInt(15_000));
    var step = either(200);
    return new Action(
        "a replica %s behind, its clock %s ahead, takes over in %s".formatted(lag, step, length),
        length,
        it -> it.redis.failOver(length, lag, step));
  }

  private Action eviction() {
    var number = random.nextInt(secrets);
    return new Action("Redis evicts a hash", Duration.ZERO, it -> it.redis.evict(number));
  }

  private Action clockStep(Supplier<Duration> by) {
    var agent = agent();
    var step = by.get();
    return new Action(
        SharingAgent.name(agent) + " sets its wall clock by " + step,
        Duration.ZERO,
        it -> it.agents.get(agent).machine.step(step));
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
    return String.valueOf((char) ('s' + random.nextInt(secrets)));
  }

  private Action read() {
    var agent = agent();
    var query = query();
    var mode = mode();
    var text = SharingAgent.name(agent) + " reads " + Schedule.text(query);
    return new Action(
        mode == ReadMode.CACHED ? text : text + " anew",
        Duration.ZERO,
        it -> it.read(it.agents.get(agent), query, mode));
  }

  private SecretQuery query() {
    return switch (random.nextInt(8)) {
      case 0 -> Secrets.current("acs:kms:cn-hangzhou:1234567890:secret/" + secret());
      case 1 -> Secrets.byStage(secret(), "ACSPrevious");
      default -> Secrets.current(secret());
    };
  }

  private ReadMode mode() {
    return random.nextInt(5) == 0 ? ReadMode.REFRESH_NOW : ReadMode.CACHED;
  }
}
