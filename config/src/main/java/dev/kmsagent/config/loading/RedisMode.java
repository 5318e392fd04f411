package dev.kmsagent.config.loading;

/** The words of {@code Cache.Redis.Mode}. */
enum RedisMode {
  STANDALONE,
  SENTINEL,
  CLUSTER
}
