package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig.Servers;

/** A cluster. */
final class RedisClusterContainerIT extends InContainers {
  @Override
  Deployment deploy() {
    var cluster = ContainerCluster.start();
    return new Deployment(
        RedisConfigs.settings(new Servers.Cluster(cluster.addresses())), cluster::close);
  }
}
