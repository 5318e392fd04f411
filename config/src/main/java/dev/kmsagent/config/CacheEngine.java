package dev.kmsagent.config;

/** What keeps secrets between two calls to KMS: {@code Cache.CacheType} with what it needs. */
public sealed interface CacheEngine {

  /** The memory of the agent's process. */
  record InMemory() implements CacheEngine {}

  /** Servers that speak the protocol of Redis. */
  record Redis(RedisConfig config) implements CacheEngine {}
}
