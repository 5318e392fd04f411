package dev.kmsagent.config;

import java.time.Duration;
import java.util.List;

/**
 * The table {@code [Cache]}: how many secrets are kept, and how long.
 *
 * @param maxEntries secrets kept ({@code CacheSize})
 * @param maxBytes bound on the values and their rendered bodies
 * @param prefetch names of the secrets to load before the agent is ready
 */
public record CacheConfig(
    CacheEngine engine, int maxEntries, long maxBytes, Freshness freshness, List<String> prefetch) {

  public CacheConfig {
    prefetch = List.copyOf(prefetch);
  }

  /**
   * How long a value counts.
   *
   * @param ttl zero keeps nothing fresh
   * @param refreshAheadRatio part of the TTL after which a hit refreshes in the background, in (0,
   *     1]; 1 never does
   * @param ttlJitterRatio part of the TTL by which it varies, in [0, 0.5]
   * @param maxStale how long after the TTL a value may still be served
   * @param staleAfter how long a caller waits for KMS when there is a stale value to give
   * @param negativeTtl how long a refusal is remembered
   */
  public record Freshness(
      Duration ttl,
      double refreshAheadRatio,
      double ttlJitterRatio,
      Duration maxStale,
      Duration staleAfter,
      Duration negativeTtl) {}

  /** What keeps secrets between two calls to KMS: {@code Cache.CacheType} with what it needs. */
  public sealed interface CacheEngine {

    /** The memory of the agent's process. */
    record InMemory() implements CacheEngine {}

    /** Servers that speak the protocol of Redis. */
    record Redis(RedisConfig config) implements CacheEngine {}
  }
}
