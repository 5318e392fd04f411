package dev.kmsagent.config;

import java.util.function.Function;
import java.util.function.Supplier;

/** Where secrets are kept: {@code Cache.CacheType} with its settings. */
public sealed interface CacheStore {
  /** The memory of the process. */
  record InMemory() implements CacheStore {}

  /** Redis, with copies in the memory of the process. */
  record Redis(RedisConfig config) implements CacheStore {}

  /** A folder, with copies in the memory of the process. */
  record InFolder(FileCacheConfig config) implements CacheStore {}

  /** What the function for its type gives; a {@code switch} would take time at each start. */
  default <R> R fold(
      Supplier<R> ifInMemory,
      Function<RedisConfig, R> ifInRedis,
      Function<FileCacheConfig, R> ifInFolder) {
    if (this instanceof Redis(var redis)) {
      return ifInRedis.apply(redis);
    }
    return this instanceof InFolder(var folder) ? ifInFolder.apply(folder) : ifInMemory.get();
  }
}
