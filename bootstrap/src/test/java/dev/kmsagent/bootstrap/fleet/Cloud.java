package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.testkit.VirtualTime;
import java.util.random.RandomGenerator;

/** What all agents share: time, chance, KMS and STS. */
record Cloud(VirtualTime time, RandomGenerator random, SimulatedKms kms, SimulatedSts sts) {
  static Cloud of(Quota kms, Quota sts, RandomGenerator random) {
    var time = new VirtualTime();
    return new Cloud(time, random, new SimulatedKms(time, kms), new SimulatedSts(time, sts));
  }
}
