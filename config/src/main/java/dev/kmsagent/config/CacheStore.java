package dev.kmsagent.config;

/** Where secrets are kept: {@code Cache.CacheType} with its settings. */
public sealed interface CacheStore {
  /** The memory of the process. */
  record InMemory() implements CacheStore {}

  /** Redis, with copies in the memory of the process. */
  record Redis(RedisConfig config) implements CacheStore {}

  /** A folder, with copies in the memory of the process. */
  record InFolder(FileCacheConfig config) implements CacheStore {}
}
