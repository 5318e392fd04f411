package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.simulation.Configurations;
import dev.kmsagent.bootstrap.simulation.SimulatedAgent;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Agents that start within a minute and run for a while, on one KMS and one STS.
 *
 * @param agents how many
 * @param settings what their configuration says besides the defaults
 * @param flights whether the threads of an application share a flight
 * @param agentsPerCache how many share one cache; 1: each has its own
 */
record Fleet(
    int agents,
    String settings,
    Flights flights,
    int agentsPerCache,
    CallQuota kms,
    CallQuota sts) {
  static final int SECRETS = 20;
  static final Duration READ_EVERY = Duration.ofSeconds(60);
  static final Duration RUN = Duration.ofHours(1);

  /** The last part of the run. */
  static final Duration MEASURED = Duration.ofMinutes(20);

  private static final Duration STARTS_WITHIN = Duration.ofMinutes(1);
  private static final long SEED = 42;

  private static final List<SecretQuery> NAMES =
      IntStream.range(0, SECRETS).mapToObj(i -> Secrets.current("app/secret-" + i)).toList();

  enum Flights {
    SINGLE,
    /** As if there were no single flight. */
    ONE_A_THREAD;

    int number() {
      return switch (this) {
        case SINGLE -> 1;
        case ONE_A_THREAD -> Application.THREADS;
      };
    }
  }

  Fleet withKms(CallQuota quota) {
    return new Fleet(agents, settings, flights, agentsPerCache, quota, sts);
  }

  /** So many times smaller, as are the quotas. */
  Fleet dividedBy(int parts) {
    return new Fleet(
        agents / parts,
        settings,
        flights,
        agentsPerCache,
        kms.dividedBy(parts),
        sts.dividedBy(parts));
  }

  FleetReport run() {
    var cloud = FleetCloud.of(kms, sts, new SplittableRandom(SEED));
    var from = cloud.time().instant().plus(RUN).minus(MEASURED);
    var reads = new Reads(cloud.time(), from);
    var loading = new Loading(agents, cloud.time());
    for (var agent : agents(cloud)) {
      var application = new Application(agent, NAMES, cloud, READ_EVERY, reads, loading::oneMore);
      cloud.time().schedule(startsAfter(cloud), application::start);
    }
    cloud.time().advance(RUN);
    return FleetReport.of(cloud, reads, loading, from);
  }

  private List<SimulatedAgent> agents(FleetCloud cloud) {
    var config = Configurations.with(settings);
    var caches =
        IntStream.range(0, Math.ceilDiv(agents, agentsPerCache))
            .mapToObj(_ -> cache(cloud))
            .toList();
    return IntStream.range(0, agents)
        .mapToObj(i -> caches.get(i % caches.size()))
        .map(cache -> cloud.agent(config, cache, flights.number()))
        .toList();
  }

  private SecretCache cache(FleetCloud cloud) {
    return agentsPerCache == 1 ? new FakeSecretCache() : new SimulatedSharedCache(cloud.time());
  }

  private static Duration startsAfter(FleetCloud cloud) {
    return Duration.ofNanos(cloud.random().nextLong(STARTS_WITHIN.toNanos()));
  }
}
