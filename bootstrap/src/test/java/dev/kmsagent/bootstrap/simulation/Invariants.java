package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Future;

/** What must hold at every step of a simulation. */
final class Invariants {
  /** Of agents that are not held up: the default, and what their clocks drift in it. */
  private static final Duration DEADLINE = Duration.ofSeconds(10).plusMillis(50);

  private final Simulation simulation;
  final RefusalInvariants refusals;
  private final ReadInvariants reads;
  private final LeaseInvariants leases;
  private final PropagationInvariants propagation;

  /**
   * @param policy of all agents
   * @param clockDifference how much later a reading may seem to be than it is
   */
  Invariants(Simulation simulation, FreshnessPolicy policy, Duration clockDifference) {
    this.simulation = simulation;
    var freshFor = policy.ttl().plus(clockDifference);
    var health = new HealthyAgents(simulation);
    this.propagation = new PropagationInvariants(simulation, health, clockDifference);
    this.refusals = new RefusalInvariants(simulation, health, freshFor, propagation::told);
    this.reads = new ReadInvariants(simulation, policy, clockDifference);
    this.leases = new LeaseInvariants(simulation, health);
  }

  /** A process of an agent ended. */
  void restarted(SharingAgent agent) {
    refusals.restarted(agent);
    reads.restarted(agent);
    leases.restarted(agent);
  }

  /** A client asks an agent. */
  void asked(SharingAgent agent, SecretQuery query, Future<?> answer) {
    if (!answer.isDone()) {
      simulation.time.schedule(DEADLINE, () -> isAnswered(agent, query, answer));
    }
  }

  private void isAnswered(SharingAgent agent, SecretQuery query, Future<?> answer) {
    if (!answer.isDone() && agent.process.ranFor(DEADLINE)) {
      simulation.verdict.broken(
          "every read ends", agent + " has not answered a read of " + query.name());
    }
  }

  /** An agent answered a client with a secret. */
  void served(SharingAgent agent, SecretQuery query, Found found, Instant start) {
    if (found.entry().secret() instanceof Secret secret) {
      var reading = simulation.history.reading(secret);
      var what = agent + " serves as " + found.state() + " what " + reading.agent() + " read";
      reads.served(agent, query, secret, reading, found.state(), start, what);
      refusals.served(agent, query, reading, start, what);
      propagation.served(agent, query, reading, start, what);
    }
  }

  /** The application of an agent reads a secret from KMS. */
  void begun(SharingAgent agent, SecretQuery query) {
    leases.begun(agent, query);
  }

  /** It has the outcome. */
  void ended(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    leases.ended(agent, query, outcome);
    refusals.received(agent, query, outcome);
  }

  /** All faults are over for longer than it takes to notice. */
  void settled(List<SharingAgent> agents) {
    agents.stream()
        .filter(agent -> agent.cutOff)
        .forEach(
            agent ->
                simulation.verdict.broken("well after a fault", agent + " does not use Redis"));
  }

  /**
   * A read after all faults was answered. An agent that was throttled may call KMS rarely, and
   * takes longer to learn that KMS is well.
   */
  void answeredAtLast(SharingAgent agent, SecretQuery query, Retrieval answer) {
    if (answer instanceof NoSecret && !isHeldBack(answer)) {
      simulation.verdict.broken(
          "well after a fault", agent + " has no " + SimulatedNames.text(query) + ": " + answer);
    }
  }

  private static boolean isHeldBack(Retrieval answer) {
    return answer instanceof NoSecret.Unavailable(var cause, _, _)
        && (cause == NoSecret.Unavailable.Cause.RATE_LIMITED
            || cause == NoSecret.Unavailable.Cause.CIRCUIT_OPEN);
  }
}
