package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsHistory.Subject;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** While KMS and Redis are well, one agent at a time reads a secret from KMS. */
final class LeaseInvariants {
  /** A lease, less the time that its grant and a call are under way. */
  private static final Duration LEASE = Duration.ofMillis(2500);

  /** How long agents may wait for a lease whose holder has ended, and for the one after it. */
  private static final Duration WAITING = Duration.ofSeconds(6);

  private final Simulation simulation;
  private final Map<Call, Instant> running = new LinkedHashMap<>();
  private final Map<Subject, Instant> refused = new HashMap<>();
  private Instant lastRestart = Instant.MIN;

  /** A read of a secret from KMS, with its repetitions. */
  private record Call(SharingAgent agent, SecretQuery query) {}

  LeaseInvariants(Simulation simulation) {
    this.simulation = simulation;
  }

  /** A process that ends has no calls; the others wait for its lease, each for a while. */
  void restarted(SharingAgent agent) {
    lastRestart = simulation.now();
    running.keySet().removeIf(call -> call.agent() == agent);
  }

  /** The application of an agent begins to read a secret from KMS. */
  void begun(SharingAgent agent, SecretQuery query) {
    running.forEach((call, since) -> isOneALease(agent, query, call, since));
    running.put(new Call(agent, query), simulation.now());
  }

  private void isOneALease(SharingAgent agent, SecretQuery query, Call call, Instant since) {
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
              .formatted(agent, SimulatedNames.text(query), call.agent(), Trace.seconds(since)));
    }
  }

  /** Agents do not share refusals: each asks KMS. */
  private boolean wasRefused(Subject subject) {
    return refused
        .getOrDefault(subject, Instant.MIN)
        .isAfter(simulation.now().minus(SharingAgent.RECOVERY));
  }

  void ended(SharingAgent agent, SecretQuery query, FetchOutcome outcome) {
    running.remove(new Call(agent, query));
    if (outcome instanceof NoSecret.Refused) {
      refused.put(Subject.of(agent.principal, query), simulation.now());
    }
  }
}
