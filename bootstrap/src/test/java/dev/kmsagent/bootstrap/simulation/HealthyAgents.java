package dev.kmsagent.bootstrap.simulation;

import java.time.Duration;

/** Which agents were without faults for a while. */
final class HealthyAgents {
  /** Until an agent calls KMS again after a fault: back-off and circuit breaker. */
  static final Duration RECOVERY = Duration.ofSeconds(60);

  /** Until an agent that can reach Redis knows what others wrote there. */
  static final Duration PROPAGATION = Duration.ofSeconds(20);

  private final Simulation simulation;

  HealthyAgents(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Whether KMS was quick, and Redis was there and lost nothing, and this agent ran. */
  boolean isWell(SharingAgent agent) {
    return simulation.agents.stream().noneMatch(this::mayNotReachKms) && reachesRedis(agent);
  }

  boolean mayNotReachKms(SharingAgent agent) {
    return agent.kms.hadTroubleWithin(RECOVERY) || simulation.kms.hadTroubleWithin(RECOVERY);
  }

  boolean reachesRedis(SharingAgent agent) {
    return !simulation.redis.wasDownWithin(PROPAGATION)
        && !simulation.redis.lastLoss().isAfter(simulation.time.instant().minus(PROPAGATION))
        && !agent.link.hadTroubleWithin(PROPAGATION)
        && agent.process.ranFor(PROPAGATION);
  }
}
