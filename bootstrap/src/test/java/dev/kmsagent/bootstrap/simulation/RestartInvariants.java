package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.bootstrap.simulation.Invariants.Served;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Reading;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Refusal;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the folder of an agent has is served while KMS and STS are down, by each process, for as
 * long as it is not too old; and what was refused to a client, or to the role, is served by no
 * process any more. Where the disk had trouble, or lost what was not synced, it has nothing.
 */
final class RestartInvariants {
  /** In which an agent is to have a refusal on its disk, and more than it waits for that. */
  private static final Duration WAITING = Duration.ofSeconds(1);

  private final Simulation simulation;
  private final ReadInvariants reads;
  private final Map<EntryKey, Reading> kept = new HashMap<>();
  private final Set<Refusal> durable = new HashSet<>();
  private Instant recorded = Instant.MIN;
  private Duration ahead = Duration.ZERO;
  private @Nullable Instant roleRefused;
  private boolean isRoleRefusalKnown;
  private boolean hasNoRole;

  RestartInvariants(Simulation simulation, ReadInvariants reads) {
    this.simulation = simulation;
    this.reads = reads;
  }

  /** The folder tells its time. */
  void answered(Instant at) {
    ahead = Duration.between(simulation.now(), at);
  }

  Instant folderTime() {
    return simulation.now().plus(ahead);
  }

  /** The folder has an entry. */
  void kept(EntryKey key, Reading reading) {
    if (!simulation.store.wasDownWithin(SharingAgent.PROPAGATION)) {
      kept.put(key, reading);
    }
  }

  /** The agent got a refusal: how much the folder has of the secret is no matter any more. */
  void received(Refusal refusal) {
    kept.values().removeIf(it -> it.subject().equals(refusal.subject()));
  }

  /** The folder may have less than what it was given. */
  void forget() {
    kept.clear();
    recorded = Instant.MIN;
  }

  /** The folder has the record of the principal. */
  void recorded() {
    recorded = simulation.now();
  }

  /** What was read while no principal was known is not in the folder, and seen no more. */
  void issued(SharingAgent agent) {
    if (roleRefused != null) {
      reads.restarted(agent);
    }
    roleRefused = null;
    hasNoRole = false;
  }

  void roleRefused() {
    recorded = Instant.MIN;
    if (roleRefused == null) {
      roleRefused = simulation.now();
      isRoleRefusalKnown = false;
    }
  }

  /** The process ends. */
  void restarted(SharingAgent agent) {
    hasNoRole |= roleRefused != null && (isRoleRefusalKnown || isWritten(agent, roleRefused));
  }

  private boolean isWritten(SharingAgent agent, Instant since) {
    var passed = Duration.between(since, simulation.now());
    return passed.compareTo(SharingAgent.PROPAGATION) > 0 && isWell(agent, passed);
  }

  private boolean isWell(SharingAgent agent, Duration length) {
    return !simulation.store.wasDownWithin(length) && !agent.process.wasHeldUpWithin(length);
  }

  /** Whether no later process of the agent may serve what was read before a refusal. */
  boolean outlives(SharingAgent agent, Refusal refusal, Instant at) {
    if (simulation.store == simulation.disk && isWritten(agent, at)) {
      durable.add(refusal);
    }
    return durable.contains(refusal);
  }

  void served(Served it) {
    if (hasNoRole) {
      simulation.trace.broken("refused role", it + ", and STS has refused the role");
    }
  }

  /** A client has an answer: a refusal is on the disk by then. */
  void answered(SharingAgent agent, Retrieval answer) {
    if (answer instanceof Refused refused
        && simulation.store == simulation.disk
        && isWell(agent, WAITING)) {
      durable.add(simulation.kms.refusal(refused.error()));
    }
    if (answer instanceof IdentityRefused && isWell(agent, WAITING)) {
      isRoleRefusalKnown = true;
    }
  }

  /** A client has the answer to a query: one from KMS, or what the folder has. */
  void answered(SharingAgent agent, SecretQuery query, Retrieval answer) {
    var reading = kept.get(agent.codec().key(query));
    if (reading != null
        && answer instanceof NoSecret
        && !(answer instanceof Refused)
        && isYoung(reading.begun())
        && isYoung(recorded)
        && roleRefused == null
        && isWell(agent, SharingAgent.PROPAGATION)) {
      simulation.trace.broken(
          "kept for an outage",
          "%s has no %s: %s, although its folder has what was read at %s"
              .formatted(agent, Schedule.text(query), answer, Trace.seconds(reading.begun())));
    }
  }

  private boolean isYoung(Instant date) {
    var life = simulation.policy.maxStale().minus(simulation.clockDifference());
    return date.isAfter(simulation.now().minus(life));
  }
}
