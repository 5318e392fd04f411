package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.simulation.SimulatedAgent;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What all agents share: time, chance, KMS and STS. */
record FleetCloud(VirtualTime time, RandomGenerator random, SimulatedKms kms, SimulatedSts sts) {
  private static final Duration TIME_TO_ASK_STS = Duration.ofMillis(50);

  static FleetCloud of(CallQuota kms, CallQuota sts, RandomGenerator random) {
    var time = new VirtualTime();
    return new FleetCloud(time, random, new SimulatedKms(time, kms), new SimulatedSts(time, sts));
  }

  /** An agent on this cloud. */
  SimulatedAgent agent(AgentConfig config) {
    return new SimulatedAgent(
        config,
        new SimulatedAgent.Environment(
            Clocks.of(time), time, task -> time.schedule(TIME_TO_ASK_STS, task), random),
        new SimulatedAgent.Services(sts, kms, UnaryOperator.identity(), _ -> {}),
        _ -> new FakeSecretCache());
  }
}
