package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** One run of a schedule, on one thread. Everything in it follows from the schedule. */
final class Simulation implements SharingAgent.World {
  /** After the last action everything has time to settle. */
  private static final Duration SETTLING = Duration.ofSeconds(30);

  private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);

  private final Schedule schedule;
  private final VirtualTime time = new VirtualTime();
  private final KmsHistory history = new KmsHistory();
  private final SimulatedRedis redis = new SimulatedRedis(time);
  private final List<SharingAgent> agents = new ArrayList<>();
  private final KmsModel kms;
  private final Invariants invariants;
  private final Trace trace;

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
    this.invariants =
        new Invariants(
            time,
            history,
            kms,
            redis,
            SimulatedAgent.policy(config),
            setting.skew().multipliedBy(2).plusSeconds(2),
            agents);
    for (var i = 0; i < setting.agents(); i++) {
      agents.add(agent(i, config, random.split()));
    }
  }

  private SharingAgent agent(int number, AgentConfig config, SplittableRandom random) {
    var setting = schedule.setting();
    var skew = setting.skew().toMillis();
    var ahead = skew == 0 ? 0 : random.nextLong(-skew, skew);
    var machine = new Machine(time, random.nextInt(-200, 200), Duration.ofMillis(ahead));
    return new SharingAgent(
        number,
        SimulatedNames.principal(number % setting.principals()),
        number < setting.polled(),
        machine,
        config,
        this,
        random);
  }

  Outcome run() {
    var thread = Thread.currentThread();
    var before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((_, bug) -> invariants.thrown(bug));
    try {
      return runToTheEnd();
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
  }

  private Outcome runToTheEnd() {
    agents.forEach(SharingAgent::start);
    expireLater();
    for (var step : schedule.steps()) {
      advanceTo(step.at());
      if (invariants.violation().isPresent()) {
        break;
      }
      trace.note(() -> "* " + step.action().text());
      perform(step.action());
    }
    if (invariants.violation().isEmpty()) {
      advanceTo(schedule.length().plus(SETTLING));
    }
    var steps = agents.stream().mapToLong(SharingAgent::steps).sum();
    return new Outcome(invariants.violation(), steps, trace);
  }

  private void advanceTo(Duration at) {
    var left = at.minus(Duration.between(VirtualTime.START, time.instant()));
    time.advance(left.isNegative() ? Duration.ZERO : left);
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
      case Action.KmsOutage(var agent, var length) -> agents.get(agent).kms().cut(length);
      case Action.Throttle(var length) -> kms.throttle(length);
      case Action.KmsDelay(var length) -> kms.delay(length);
      case Action.Partition(var agent, var length) -> agents.get(agent).link().cut(length);
      case Action.SlowNetwork(var agent, var length) -> agents.get(agent).link().slow(length);
      case Action.RedisRestart(var length) -> redis.restart(length);
      case Action.Failover(var length, var lag, var step) -> redis.failOver(length, lag, step);
      case Action.Evict(var number) -> redis.evict(number);
      case Action.Flush() -> redis.flush();
      case Action.Suspend(var agent, var length) -> agents.get(agent).process().suspend(length);
      case Action.Restart(var agent, var length) -> restart(agents.get(agent), length);
      case Action.ClockStep(var agent, var by) -> agents.get(agent).machine().step(by);
    }
  }

  private void restart(SharingAgent agent, Duration length) {
    agent.restart(length);
    invariants.restarted(agent);
  }

  private void read(Action.Read read) {
    var agent = agents.get(read.agent());
    if (agent.process().isRunning()) {
      var start = time.instant();
      var _ =
          agent
              .read(read.query(), read.mode())
              .whenComplete((answer, bug) -> answered(agent, read, start, answer, bug));
    }
  }

  private void answered(
      SharingAgent agent, Action.Read read, Instant start, Retrieval answer, Throwable bug) {
    if (bug != null) {
      invariants.thrown(bug);
      return;
    }
    if (answer instanceof Found found) {
      trace.note(() -> agent + " serves " + read.query().name() + " as " + found.state());
      invariants.served(agent, read.query(), found, start);
    } else {
      trace.note(() -> agent + " has no " + read.query().name() + ": " + reason(answer));
    }
  }

  private static String reason(Retrieval answer) {
    return answer.getClass().getSimpleName();
  }

  @Override
  public VirtualTime time() {
    return time;
  }

  @Override
  public SimulatedRedis redis() {
    return redis;
  }

  @Override
  public KmsModel kms() {
    return kms;
  }

  @Override
  public SimulatedEntryStore.Traffic traffic(SharingAgent agent) {
    return new SimulatedEntryStore.Traffic() {
      @Override
      public void kept(EntryKey key, Envelope entry) {
        trace.note(() -> "Redis keeps what " + agent + " read");
        invariants.kept(agent, key, entry);
      }

      @Override
      public void revoked(EntryKey key, Envelope tombstone, RevokeCondition condition) {
        if (isStored(key, tombstone)) {
          trace.note(() -> "Redis has a tombstone of " + agent);
          invariants.revoked(agent, key, tombstone);
        }
      }

      @Override
      public Runnable answered(EntryKey key, StoredEntries stored) {
        return invariants.answered(agent, key, stored);
      }
    };
  }

  private boolean isStored(EntryKey key, Envelope tombstone) {
    return redis.store().read(key).entry().filter(tombstone::equals).isPresent();
  }

  @Override
  public SecretSource observed(SharingAgent agent, SecretSource source) {
    return (query, deadline) ->
        source
            .fetch(query, deadline)
            .thenApply(
                outcome -> {
                  observe(agent, query, outcome);
                  return outcome;
                });
  }

  private void observe(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    trace.note(
        () ->
            "KMS answers "
                + agent
                + ": "
                + outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    invariants.received(agent, query, outcome);
  }
}
