package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.Verdict.Violation;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One run of a schedule, on one thread. Everything in it follows from the schedule. */
final class Simulation {
  /** A probe of Redis that was sent before the end of a fault, the pause, and the next one. */
  private static final Duration PROBES = Duration.ofSeconds(3);

  /** Until every circuit breaker lets calls to KMS through again. */
  private static final Duration BREAKERS = Duration.ofSeconds(60);

  private static final Duration LAST_READS = Duration.ofSeconds(12);

  /** What an exchange with Redis takes at most, which is how well an agent knows the time there. */
  private static final Duration EXCHANGE = Duration.ofSeconds(2);

  private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);

  private final Schedule schedule;
  final VirtualTime time = new VirtualTime();
  final KmsHistory history = new KmsHistory();
  final SimulatedRedis redis = new SimulatedRedis(time);
  final List<SharingAgent> agents = new ArrayList<>();
  final KmsModel kms;
  final Verdict verdict = new Verdict(time);
  final Invariants invariants;
  private final Trace trace;
  private Duration lastFault = Duration.ZERO;

  /** What came of a run. */
  record Outcome(Optional<Violation> violation, long steps, Trace trace) {}

  /**
   * @param verbose whether to note what happens, in words
   */
  Simulation(Schedule schedule, AgentConfig config, boolean verbose) {
    this.schedule = schedule;
    this.trace = new Trace(time, verbose);
    var random = new SplittableRandom(schedule.seed());
    var setting = schedule.setting();
    this.kms = new KmsModel(time, history, random.split());
    var policy = SimulatedAgent.policy(config);
    var difference = clockDifference(schedule);
    this.invariants = new Invariants(this, policy, difference);
    for (var i = 0; i < setting.agents(); i++) {
      agents.add(agent(i, config, random.split()));
    }
  }

  /** How much later a reading may seem to be than it is, by the clock of Redis. */
  private static Duration clockDifference(Schedule schedule) {
    return schedule.steps().stream()
        .map(
            step ->
                step.action() instanceof Action.Failover it ? it.clockStep().abs() : Duration.ZERO)
        .reduce(EXCHANGE, Duration::plus);
  }

  private SharingAgent agent(int number, AgentConfig config, SplittableRandom random) {
    var setting = schedule.setting();
    var skew = setting.skew().toMillis();
    var ahead = skew == 0 ? 0 : random.nextLong(-skew, skew);
    var machine = new MachineClocks(time, random.nextInt(-200, 200), Duration.ofMillis(ahead));
    return new SharingAgent(
        number,
        SimulatedNames.principal(number % setting.principals()),
        machine,
        config,
        this,
        random);
  }

  Outcome run() {
    var thread = Thread.currentThread();
    var before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((_, bug) -> verdict.thrown(bug));
    try {
      return runToTheEnd();
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
  }

  private Outcome runToTheEnd() {
    agents.forEach(SharingAgent::start);
    expireLater();
    schedule.steps().forEach(this::take);
    settle();
    var steps = agents.stream().mapToLong(SharingAgent::steps).sum();
    return new Outcome(verdict.violation(), steps, trace);
  }

  /** Nothing more happens once an invariant is broken. */
  private void take(Schedule.Step step) {
    advanceTo(step.at());
    if (verdict.violation().isEmpty()) {
      trace.note(() -> "* " + step.action());
      perform(step.action());
      var end = step.at().plus(step.action().length());
      lastFault = end.compareTo(lastFault) > 0 ? end : lastFault;
    }
  }

  /** Ends the last fault, and has every agent read every secret: the first time may be a trial. */
  private void settle() {
    advanceTo(lastFault.plus(PROBES));
    invariants.settled(agents);
    advanceTo(lastFault.plus(BREAKERS));
    readAll((_, _, _) -> {});
    advanceTo(lastFault.plus(BREAKERS).plus(LAST_READS));
    readAll(invariants::answeredAtLast);
    advanceTo(lastFault.plus(BREAKERS).plus(LAST_READS.multipliedBy(2)));
  }

  private interface Reader {
    void read(SharingAgent agent, SecretQuery query, Retrieval answer);
  }

  private void readAll(Reader reader) {
    var queries = kms.given().map(SimulatedNames::current).toList();
    for (var agent : agents) {
      for (var query : queries) {
        var _ =
            agent
                .read(query, ReadMode.CACHED)
                .thenAccept(answer -> reader.read(agent, query, answer));
      }
    }
  }

  private void advanceTo(Duration at) {
    var left = at.minus(Duration.between(VirtualTime.START, time.instant()));
    if (verdict.violation().isEmpty() && !left.isNegative()) {
      time.advance(left);
    }
  }

  private void expireLater() {
    time.schedule(
        EXPIRY_CHECK,
        () -> {
          redis.expire();
          expireLater();
        });
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Read read -> read(read);
      case Action.Rotate(var secret) -> kms.rotate(secret);
      case Action.MoveBack(var secret) -> kms.moveBack(secret);
      case Action.Refuse(var secret) -> kms.refuse(secret);
      case Action.DropPrevious(var secret) -> kms.dropPrevious(secret);
      case Action.Restore(var secret) -> kms.restore(secret);
      case Action.KmsOutage(var agent, var length) -> agents.get(agent).kms.cut(length);
      case Action.Throttle(var length) -> kms.throttle(length);
      case Action.KmsDelay(var length) -> kms.delay(length);
      case Action.Partition(var agent, var length) -> agents.get(agent).link.cut(length);
      case Action.SlowNetwork(var agent, var length) -> agents.get(agent).link.slow(length);
      case Action.RedisRestart(var length) -> redis.restart(length);
      case Action.Failover(var length, var lag, var step) -> redis.failOver(length, lag, step);
      case Action.Evict(var number) -> redis.evict(number);
      case Action.Flush() -> redis.flush();
      case Action.RedisFull(var length) -> redis.fill(length);
      case Action.Suspend(var agent, var length) -> agents.get(agent).process.suspend(length);
      case Action.Restart(var agent, var length) -> restart(agents.get(agent), length);
      case Action.ClockStep(var agent, var by) -> agents.get(agent).machine.step(by);
    }
  }

  private void restart(SharingAgent agent, Duration length) {
    agent.restart(length);
    invariants.restarted(agent);
  }

  private void read(Action.Read read) {
    var agent = agents.get(read.agent());
    if (agent.process.isRunning()) {
      var start = time.instant();
      var answer = agent.read(read.query(), read.mode());
      invariants.asked(agent, read.query(), answer);
      var _ = answer.thenAccept(it -> answered(agent, read, start, it));
    }
  }

  private void answered(SharingAgent agent, Action.Read read, Instant start, Retrieval answer) {
    if (answer instanceof Found found) {
      trace.note(() -> agent + " serves " + read.query().name() + " as " + found.state());
      invariants.served(agent, read.query(), found, start);
    } else {
      trace.note(
          () ->
              agent + " has no " + read.query().name() + ": " + answer.getClass().getSimpleName());
    }
  }

  /** The source of secrets of an agent, whose outcomes are judged. */
  SecretSource observed(SharingAgent agent, SecretSource source) {
    return (query, deadline) -> {
      invariants.begun(agent, query);
      return source
          .fetch(query, deadline)
          .thenApply(
              outcome -> {
                trace.note(
                    () -> "KMS answers " + agent + ": " + outcome.getClass().getSimpleName());
                invariants.ended(agent, query, outcome);
                return outcome;
              });
    };
  }
}
