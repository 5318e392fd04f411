package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsHistory.Reading;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What an agent serves is of its own principal, fresh for a TTL at most, not past its stale bound,
 * and no older than what it has served before.
 */
final class ReadInvariants {
  private final Simulation simulation;
  private final FreshnessPolicy policy;
  private final Duration clockDifference;
  private final Map<Asked, Served> latest = new HashMap<>();

  private record Asked(SharingAgent agent, SecretQuery query) {}

  private record Served(Reading reading, Instant at) {}

  /**
   * @param policy of all agents
   * @param clockDifference by which the readings of two agents may seem to be in another order
   */
  ReadInvariants(Simulation simulation, FreshnessPolicy policy, Duration clockDifference) {
    this.simulation = simulation;
    this.policy = policy;
    this.clockDifference = clockDifference;
  }

  /** A process that starts remembers nothing. */
  void restarted(SharingAgent agent) {
    latest.keySet().removeIf(asked -> asked.agent() == agent);
  }

  /**
   * An agent answered a client.
   *
   * @param start when the client asked
   */
  void served(
      SharingAgent agent,
      SecretQuery query,
      Secret secret,
      Reading reading,
      CacheState state,
      Instant start,
      String what) {
    isOwn(agent, query, secret, reading, what);
    isFresh(reading, state, what);
    isNoOlder(new Asked(agent, query), reading, start, what);
  }

  private void isOwn(
      SharingAgent agent, SecretQuery query, Secret secret, Reading reading, String what) {
    var subject = reading.subject();
    if (!subject.principal().equals(agent.principal)
        || !subject.plainName().equals(query.name().plain())
        || !secret.value().reveal().equals(KmsModel.value(subject, reading.version()))) {
      simulation.verdict.broken("own secret", what + ", which is of " + subject);
    }
  }

  private void isFresh(Reading reading, CacheState state, String what) {
    var age = Duration.between(reading.begun(), simulation.time.instant());
    if (state == CacheState.HIT && age.compareTo(policy.ttl().plus(clockDifference)) > 0) {
      simulation.verdict.broken("fresh for a TTL", what + ", which was read " + age + " ago");
    }
    var usable = policy.ttl().plus(policy.maxStale()).plus(clockDifference);
    if (age.compareTo(usable) > 0) {
      simulation.verdict.broken("stale bound", what + ", which was read " + age + " ago");
    }
  }

  /** Of two readings at the same time either may be the later one. */
  private void isNoOlder(Asked asked, Reading reading, Instant start, String what) {
    var before = latest.get(asked);
    if (before != null
        && start.isAfter(before.at())
        && reading.decided().plus(clockDifference).isBefore(before.reading().begun())) {
      var later = before.reading();
      simulation.verdict.broken(
          "no older read",
          what
              + " at "
              + Verdict.seconds(reading.begun())
              + ", after what "
              + later.agent()
              + " read at "
              + Verdict.seconds(later.begun()));
    }
    if (before == null || reading.begun().isAfter(before.reading().begun())) {
      latest.put(asked, new Served(reading, simulation.time.instant()));
    }
  }
}
