package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig.Servers;

/** One server. */
final class StandaloneRedisContainerIT extends InContainers {
  @Override
  Deployment deploy() {
    var redis = RedisContainer.start();
    return new Deployment(
        RedisConfigs.settings(new Servers.Standalone(redis.address())), redis::close);
  }
}
