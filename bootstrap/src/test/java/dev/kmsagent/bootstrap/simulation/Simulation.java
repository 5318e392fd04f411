package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One run of a schedule, on one thread. Everything in it follows from the schedule. */
final class Simulation {
  /** A probe of the store that was sent before the end of a fault, the pause, and the next one. */
  static final Duration PROBES = Duration.ofSeconds(3);

  private static final Duration LAST_READS = Duration.ofSeconds(12);

  /**
   * What an exchange with the store takes at most, which is how well an agent knows the time there.
   */
  private static final Duration EXCHANGE = Duration.ofSeconds(2);

  private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);

  private final Schedule schedule;
  final VirtualTime time = new VirtualTime();
  final SimulatedRedis redis = new SimulatedRedis(this);
  final SimulatedDisk disk;
  final SimulatedStore store;
  final List<SharingAgent> agents = new ArrayList<>();
  final KmsModel kms;
  final FreshnessPolicy policy;
  final Invariants invariants;
  final Trace trace;
  private Duration lastFault = Duration.ZERO;

  /**
   * @param verbose whether to note what happens, in words
   */
  Simulation(Schedule schedule, AgentConfig config, boolean verbose) {
    this.schedule = schedule;
    this.trace = new Trace(time, verbose);
    var random = new SplittableRandom(schedule.seed());
    this.disk = new SimulatedDisk(this, new SplittableRandom(~schedule.seed()));
    this.store = schedule.setting().inFolder() ? disk : redis;
    this.kms = new KmsModel(time, random.split());
    this.policy = SimulatedAgent.policy(config);
    this.invariants = new Invariants(this);
    for (var i = 0; i < schedule.setting().agents(); i++) {
      agents.add(new SharingAgent(i, schedule.setting(), config, this, random.split()));
    }
  }

  Instant now() {
    return time.instant();
  }

  /** How much later a reading may seem to be than it is, by the clock of the store. */
  Duration clockDifference() {
    return EXCHANGE.plus(store.clockSteps());
  }

  /**
   * Until an agent calls KMS again after a fault: back-off, circuit breaker, and, where STS has
   * faults as well, the pause of the attempts to get a key.
   */
  Duration recovery() {
    return Duration.ofSeconds(store == disk ? 130 : 60);
  }

  Trace run() {
    var thread = Thread.currentThread();
    var before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((_, bug) -> trace.broken("no bug", bug.toString()));
    try {
      agents.forEach(SharingAgent::start);
      expireLater();
      schedule.steps().forEach(this::take);
      settle();
      return trace;
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
  }

  /** Nothing more happens once an invariant is broken. */
  private void take(Schedule.Step step) {
    advanceTo(step.at());
    if (trace.violation().isEmpty()) {
      trace.note(() -> "* " + step.action());
      step.action().effect().accept(this);
      var end = step.at().plus(step.action().length());
      lastFault = end.compareTo(lastFault) > 0 ? end : lastFault;
    }
  }

  /** Ends the last fault, and has every agent read every secret: the first time may be a trial. */
  private void settle() {
    advanceTo(lastFault.plus(store == disk ? SharingAgent.PROPAGATION : PROBES));
    invariants.settled();
    advanceTo(lastFault.plus(recovery()));
    readAll((_, _, _) -> {});
    advanceTo(lastFault.plus(recovery()).plus(LAST_READS));
    readAll(invariants::answeredAtLast);
    advanceTo(lastFault.plus(recovery()).plus(LAST_READS.multipliedBy(2)));
  }

  private interface Reader {
    void read(SharingAgent agent, SecretQuery query, Retrieval answer);
  }

  private void readAll(Reader reader) {
    var queries = kms.given().map(Secrets::current).toList();
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
    if (trace.violation().isEmpty() && !left.isNegative()) {
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

  /** A client of an agent reads a secret. */
  void read(SharingAgent agent, SecretQuery query, ReadMode mode) {
    if (agent.process.isRunning()) {
      var start = now();
      var answer = agent.read(query, mode);
      invariants.asked(agent, query, answer);
      var _ =
          answer.thenAccept(
              it -> {
                answered(agent, query, start, it);
                invariants.restarts.answered(agent, it);
                if (mode == ReadMode.CACHED) {
                  invariants.restarts.answered(agent, query, it);
                }
              });
    }
  }

  private void answered(SharingAgent agent, SecretQuery query, Instant start, Retrieval answer) {
    if (answer instanceof Found found) {
      trace.note(() -> agent + " serves " + query.name() + " as " + found.state());
      invariants.served(agent, query, found, start);
    } else {
      trace.note(
          () -> agent + " has no " + query.name() + ": " + answer.getClass().getSimpleName());
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
