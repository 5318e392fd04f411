package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.redis.RedisChangeFeed;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.cache.redis.ReportingEntryStore;
import dev.kmsagent.adapters.cache.shared.KmsEndpoint;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheConfig.CacheEngine;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.domain.port.SecretCache;
import java.security.SecureRandom;
import java.time.InstantSource;

/** The cache as a configuration describes it. Thread-safe. It is started and closed once. */
public final class CacheAccess implements AutoCloseable {
  private final AgentConfig config;
  private final SharedSecretCache.Reading reading;
  private final SharedSecretCache.Means means;
  private final Kept kept;

  /** A cache, and what there is to do with it besides. */
  private record Kept(SecretCache cache, Runnable start, Runnable close) {}

  /**
   * Opens no connection yet.
   *
   * @param reading how entries are made of what other agents read
   * @param identity as whom entries are shared
   */
  CacheAccess(
      AgentConfig config,
      NamePrincipal identity,
      SharedSecretCache.Reading reading,
      SharedSecretCache.Means means) {
    this.config = config;
    this.reading = reading;
    this.means = means;
    this.kept =
        switch (config.cache().engine()) {
          case CacheEngine.InMemory() -> new Kept(inMemory(), () -> {}, () -> {});
          case CacheEngine.Redis(var redis) -> shared(redis, identity);
        };
  }

  private SecretCache inMemory() {
    return new CaffeineSecretCache(
        config.cache().maxEntries(), config.cache().maxBytes(), means.events());
  }

  private Kept shared(RedisConfig config, NamePrincipal identity) {
    var cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(
                inMemory(), this.config.cache().maxEntries(), config.entries().localTtl()),
            remote(config),
            new SharedSecretCache.Circle(
                identity,
                gateway(),
                Settings.sealingKeys(config, means.random()),
                config.entries().keyPrefix()),
            reading,
            means);
    return new Kept(cache, cache::start, cache::close);
  }

  /** From the inside out: Redis, what is told of it, what leaves it alone when it is dead. */
  private SharedSecretCache.Remote remote(RedisConfig config) {
    var settings = Settings.redis(config);
    var redis = new RedisEntryStore(settings, means.clock(), means.executor());
    var told = new ReportingEntryStore(redis, means.clock(), means.events());
    var hashes = EntryCodec.hashes(config.entries().keyPrefix());
    return new SharedSecretCache.Remote(
        new CircuitBreakingEntryStore(told, means.executor(), means.scheduler()),
        new RedisChangeFeed(settings, redis, hashes, means.executor(), means.scheduler()));
  }

  private KmsEndpoint gateway() {
    return new KmsEndpoint(
        Settings.region(config.kms().region()), config.kms().transport().endpoint().authority());
  }

  /** Asks Redis the way the agent would; it opens no connection yet. */
  public static RedisProbe probe(RedisConfig config, SecureRandom random, InstantSource clock) {
    return new RedisProbe(Settings.redis(config), config.entries().keyPrefix(), random, clock);
  }

  SecretCache cache() {
    return kept.cache();
  }

  /** Connects in the background to whoever shares it. */
  void start() {
    kept.start().run();
  }

  /** Ends the connections. */
  @Override
  public void close() {
    kept.close().run();
  }
}
