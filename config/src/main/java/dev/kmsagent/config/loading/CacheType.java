package dev.kmsagent.config.loading;

/** The words of {@code Cache.CacheType}. */
enum CacheType {
  IN_MEMORY,
  REDIS
}
