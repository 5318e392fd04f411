package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import java.time.Duration;
import java.time.Instant;

/** What is behind the caches of the agents: one Redis for all, or the folder of one. */
sealed interface SimulatedStore permits SimulatedRedis, SimulatedDisk {
  /** What the process that an agent runs now has of it. */
  Access access(SharingAgent agent, Means means);

  /** Its time. */
  Instant clock();

  /** By how much its clock was set so far, to and fro. */
  Duration clockSteps();

  /** When data was lost last. */
  Instant lastLoss();

  /** Whether it had trouble within so much time before now. */
  boolean wasDownWithin(Duration length);

  /**
   * What a process has.
   *
   * @param copies for how long a copy in its memory counts
   */
  record Access(EntryStore entries, Duration copies) {}
}
