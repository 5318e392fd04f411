package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsHistory.Reading;
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

  private final Simulation simulation;
  final RefusalInvariants refusals;
  private final ReadInvariants reads;
  private final LeaseInvariants leases;

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
    this.refusals = new RefusalInvariants(simulation, reads::told);
    this.leases = new LeaseInvariants(simulation);
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
      simulation.trace.broken(
          "every read ends", agent + " has not answered a read of " + query.name());
    }
  }

  /** An agent answered a client with a secret. */
  void served(SharingAgent agent, SecretQuery query, Found found, Instant start) {
    if (found.entry().secret() instanceof Secret secret) {
      var reading = simulation.history.reading(secret);
      var served = new Served(agent, query, secret.value().reveal(), reading, found.state(), start);
      reads.served(served);
      refusals.served(served);
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
  void settled() {
    simulation.agents.stream()
        .filter(agent -> agent.cutOff)
        .forEach(
            agent -> simulation.trace.broken("well after a fault", agent + " does not use Redis"));
  }

  /** A read after all faults was answered. */
  void answeredAtLast(SharingAgent agent, SecretQuery query, Retrieval answer) {
    var isHeldBack =
        answer instanceof Unavailable unavailable && HELD_BACK.contains(unavailable.cause());
    if (answer instanceof NoSecret && !isHeldBack) {
      simulation.trace.broken(
          "well after a fault", agent + " has no " + SimulatedNames.text(query) + ": " + answer);
    }
  }
}
