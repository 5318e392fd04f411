package dev.kmsagent.config;

import java.util.function.Function;
import java.util.function.Supplier;

/** Where secrets are kept: {@code Cache.CacheType} with its settings. */
public sealed interface CacheStore {
  /** What the function for its type gives; a {@code switch} would take time at each start. */
  <R> R fold(
      Supplier<R> ifInMemory,
      Function<RedisConfig, R> ifInRedis,
      Function<FileCacheConfig, R> ifInFolder);

  /** The memory of the process. */
  record InMemory() implements CacheStore {
    @Override
    public <R> R fold(
        Supplier<R> ifInMemory,
        Function<RedisConfig, R> ifInRedis,
        Function<FileCacheConfig, R> ifInFolder) {
      return ifInMemory.get();
    }
  }

  /** Redis, with copies in the memory of the process. */
  record Redis(RedisConfig config) implements CacheStore {
    @Override
    public <R> R fold(
        Supplier<R> ifInMemory,
        Function<RedisConfig, R> ifInRedis,
        Function<FileCacheConfig, R> ifInFolder) {
      return ifInRedis.apply(config);
    }
  }

  /** A folder, with copies in the memory of the process. */
  record InFolder(FileCacheConfig config) implements CacheStore {
    @Override
    public <R> R fold(
        Supplier<R> ifInMemory,
        Function<RedisConfig, R> ifInRedis,
        Function<FileCacheConfig, R> ifInFolder) {
      return ifInFolder.apply(config);
    }
  }
}
