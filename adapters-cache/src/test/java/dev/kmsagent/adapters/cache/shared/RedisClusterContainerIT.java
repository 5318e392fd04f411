package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.port.CacheEvent.Coherence;

/** A cluster, which does not tell of changes. */
final class RedisClusterContainerIT extends InContainers {
  @Override
  Deployment deploy() {
    var cluster = ContainerCluster.start();
    return new Deployment(
        CachingAgent.settings(new Servers.Cluster(cluster.addresses())), cluster::close);
  }

  @Override
  Coherence coherence() {
    return Coherence.DELAYED;
  }
}
