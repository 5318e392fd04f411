package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;

/** Which agents were without faults for a while. */
final class HealthyAgents {
  /** Until an agent calls KMS again after a fault: back-off and circuit breaker. */
  static final Duration RECOVERY = Duration.ofSeconds(60);

  /** Until an agent that can reach Redis knows what others wrote there. */
  static final Duration PROPAGATION = Duration.ofSeconds(20);

  private final VirtualTime time;
  private final KmsModel kms;
  private final SimulatedRedis redis;
  private final List<SharingAgent> agents;

  HealthyAgents(VirtualTime time, KmsModel kms, SimulatedRedis redis, List<SharingAgent> agents) {
    this.time = time;
    this.kms = kms;
    this.redis = redis;
    this.agents = agents;
  }

  /** Whether KMS was quick, and Redis was there and lost nothing, and this agent ran. */
  boolean isWell(SharingAgent agent) {
    return agents.stream().noneMatch(this::mayNotReachKms) && reachesRedis(agent);
  }

  boolean mayNotReachKms(SharingAgent agent) {
    return agent.kms.hadTroubleWithin(RECOVERY) || kms.hadTroubleWithin(RECOVERY);
  }

  boolean reachesRedis(SharingAgent agent) {
    return !redis.wasDownWithin(PROPAGATION)
        && !redis.lastLoss().isAfter(time.instant().minus(PROPAGATION))
        && !agent.link.hadTroubleWithin(PROPAGATION)
        && agent.process().ranFor(PROPAGATION);
  }
}
