package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsAnswer.Reading;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Subject;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;

/** What must hold at every step of a simulation. */
final class Invariants {
  /** The default deadline of a request. */
  static final Duration REQUEST = Duration.ofSeconds(10);

  /** Of agents that are not held up: with what their clocks drift in it. */
  private static final Duration DEADLINE = REQUEST.plusMillis(50);

  /** After which a read that waits is served stale: the default, and the drift of clocks. */
  private static final Duration STALE_AFTER = Duration.ofMillis(499);

  /** An agent that was throttled may call KMS rarely, and takes longer to learn that it is well. */
  private static final Set<Unavailable.Cause> HELD_BACK =
      Set.of(Unavailable.Cause.RATE_LIMITED, Unavailable.Cause.CIRCUIT_OPEN);

  /** A lease, less the time that its grant and a call are under way. */
  private static final Duration LEASE = Duration.ofMillis(2500);

  /** How long agents may wait for a lease whose holder has ended, and for the one after it. */
  private static final Duration WAITING = Duration.ofSeconds(6);

  private final Simulation simulation;
  final RefusalInvariants refusals;
  private final ReadInvariants reads;
  final RestartInvariants restarts;
  private final Map<Asked, Instant> running = new LinkedHashMap<>();
  private final Map<Subject, Instant> refused = new HashMap<>();
  private Instant lastRestart = Instant.MIN;

  /** A read of a secret, with its repetitions. */
  record Asked(SharingAgent agent, SecretQuery query) {}

  /**
   * An answer to a client that came from a reading.
   *
   * @param start when the client asked
   */
  record Served(
      SharingAgent agent,
      SecretQuery query,
      String value,
      Reading reading,
      CacheState state,
      Instant start) {
    /** Whether it came so late that it may have been served stale instead of waiting on. */
    boolean isLate(Instant now) {
      return !start.plus(STALE_AFTER).isAfter(now);
    }

    @Override
    public String toString() {
      return agent + " serves as " + state + " what " + reading.agent() + " read";
    }
  }

  Invariants(Simulation simulation) {
    this.simulation = simulation;
    this.reads = new ReadInvariants(simulation);
    this.restarts = new RestartInvariants(simulation, reads);
    this.refusals = new RefusalInvariants(simulation, reads);
  }

  /** A process that ends has no calls; the others wait for its lease, each for a while. */
  void restarted(SharingAgent agent) {
    restarts.restarted(agent);
    refusals.restarted(agent);
    reads.restarted(agent);
    lastRestart = simulation.now();
    running.keySet().removeIf(call -> call.agent() == agent);
  }

  /** A client asks an agent. */
  void asked(SharingAgent agent, SecretQuery query, Future<?> answer) {
    if (!answer.isDone()) {
      simulation.time.schedule(DEADLINE, () -> isAnswered(agent, query, answer));
    }
  }

  private void isAnswered(SharingAgent agent, SecretQuery query, Future<?> answer) {
    if (!answer.isDone() && agent.process.ranFor(DEADLINE)) {
      simulation.trace.broken(
          "every read ends", agent + " has not answered a read of " + query.name());
    }
  }

  /** An agent answered a client with a secret. */
  void served(SharingAgent agent, SecretQuery query, Found found, Instant start) {
    if (found.entry().secret() instanceof Secret secret) {
      var reading = simulation.kms.reading(secret);
      var served = new Served(agent, query, secret.value().reveal(), reading, found.state(), start);
      reads.served(served);
      refusals.served(served);
      restarts.served(served);
    }
  }

  /** The application of an agent begins to read a secret from KMS. */
  void begun(SharingAgent agent, SecretQuery query) {
    running.forEach((call, since) -> isOneALease(agent, query, call, since));
    running.put(new Asked(agent, query), simulation.now());
  }

  /** While KMS and Redis are well, one agent at a time reads a secret from KMS. */
  private void isOneALease(SharingAgent agent, SecretQuery query, Asked call, Instant since) {
    if (call.agent() != agent
        && call.agent().principal.equals(agent.principal)
        && call.query().equals(query)
        && since.plus(LEASE).isAfter(simulation.now())
        && lastRestart.isBefore(simulation.now().minus(WAITING))
        && agent.isWell()
        && call.agent().isWell()
        && !wasRefused(Subject.of(agent.principal, query))) {
      simulation.trace.broken(
          "one call a lease",
          "%s reads %s from KMS while %s does since %s"
              .formatted(agent, Schedule.text(query), call.agent(), Trace.seconds(since)));
    }
  }

  /** Agents do not share refusals: each asks KMS. */
  private boolean wasRefused(Subject subject) {
    return refused
        .getOrDefault(subject, Instant.MIN)
        .isAfter(simulation.now().minus(simulation.recovery()));
  }

  /** It has the outcome. */
  void ended(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    running.remove(new Asked(agent, query));
    if (outcome instanceof NoSecret.Refused) {
      refused.put(Subject.of(agent.principal, query), simulation.now());
    }
    refusals.received(agent, query, outcome);
  }

  /** All faults are over for longer than it takes to notice. */
  void settled() {
    simulation.agents.stream()
        .filter(agent -> agent.cutOff && agent.process.ranFor(Simulation.PROBES))
        .forEach(
            agent ->
                simulation.trace.broken("well after a fault", agent + " does not use its store"));
  }

  /** A read after all faults was answered. */
  void answeredAtLast(SharingAgent agent, SecretQuery query, Retrieval answer) {
    var isHeldBack =
        answer instanceof Unavailable unavailable && HELD_BACK.contains(unavailable.cause());
    if (answer instanceof NoSecret && !isHeldBack) {
      simulation.trace.broken(
          "well after a fault", agent + " has no " + Schedule.text(query) + ": " + answer);
    }
  }
}
