package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsHistory.Answer;
import dev.kmsagent.bootstrap.simulation.KmsHistory.Reading;
import dev.kmsagent.bootstrap.simulation.KmsHistory.Refusal;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one agent tells Redis, every other agent knows after the TTL of a copy and one exchange: for
 * as long as Redis answers, and has not lost it. A read that begins later serves nothing older.
 */
final class PropagationInvariants {
  /** Of a copy, and the drift of clocks. */
  private static final Duration LOCAL_TTL = SharingAgent.LOCAL_TTL.plusMillis(1);

  /** After which a read that waits is served stale: the default, and the drift of clocks. */
  private static final Duration STALE_AFTER = Duration.ofMillis(499);

  /** The default deadline of a request: what an agent reads itself may reach it after a change. */
  private static final Duration REQUEST = Duration.ofSeconds(10);

  private final Simulation simulation;
  private final HealthyAgents health;
  private final Duration clockDifference;
  private final List<Change> changes = new ArrayList<>();

  /** What Redis was told. */
  private record Change(Answer answer, Instant at) {
    boolean outdates(Reading reading, SecretQuery query, Duration clockDifference) {
      return answer instanceof Refusal refusal
          ? refusal.forbids(reading, query)
          : answer.subject().equals(reading.subject())
              && answer.query().equals(query)
              && reading.decided().plus(clockDifference).isBefore(answer.begun());
    }
  }

  PropagationInvariants(Simulation simulation, HealthyAgents health, Duration clockDifference) {
    this.simulation = simulation;
    this.health = health;
    this.clockDifference = clockDifference;
  }

  /** Redis has an entry of a reading, or a tombstone of a refusal. */
  void told(Answer answer) {
    changes.add(new Change(answer, simulation.time.instant()));
  }

  /**
   * An agent answered a client with what came from a reading.
   *
   * @param start when the client asked
   */
  void served(SharingAgent agent, SecretQuery query, Reading reading, Instant start, String what) {
    if (health.reachesRedis(agent) && start.plus(STALE_AFTER).isAfter(simulation.time.instant())) {
      changes.stream()
          .filter(change -> change.at().plus(LOCAL_TTL).isBefore(start))
          .filter(change -> change.at().isAfter(simulation.redis.lastLoss()))
          .filter(change -> change.outdates(reading, query, clockDifference))
          .filter(change -> !isOwn(agent, reading, change))
          .findFirst()
          .ifPresent(change -> broken(what, change));
    }
  }

  /** Whether the agent has read it itself, and may have got it after the change. */
  private static boolean isOwn(SharingAgent agent, Reading reading, Change change) {
    return reading.agent().equals(agent.toString())
        && reading.begun().plus(REQUEST).isAfter(change.at());
  }

  private void broken(String what, Change change) {
    var answer = change.answer();
    simulation.verdict.broken(
        "seen within the TTL of a copy",
        what
            + ", although Redis has what KMS told "
            + answer.agent()
            + " at "
            + Verdict.seconds(answer.decided()));
  }
}
