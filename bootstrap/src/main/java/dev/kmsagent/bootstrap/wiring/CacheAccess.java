package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretRenderer;
import java.time.Duration;
import java.util.Optional;

/**
 * The cache as a configuration describes it. Thread-safe. It is started and closed once.
 *
 * @param shared the same cache, if there is a store
 */
record CacheAccess(SecretCache cache, Optional<SharedSecretCache> shared, Scheduler scheduler) {
  /**
   * Opens no connection yet.
   *
   * @param renderer for entries that other agents read
   * @param identity the principal whose entries are shared
   */
  static CacheAccess of(
      AgentConfig config, NamePrincipal identity, SecretRenderer renderer, Means means) {
    var most = config.cache().maxEntries();
    var memory = new CaffeineSecretCache(most, config.cache().maxBytes(), means.events());
    return config
        .cache()
        .store()
        .fold(
            () -> new CacheAccess(memory, Optional.empty(), means.timing().scheduler()),
            redis ->
                sharing(
                    new SharedSecretCache(
                        new SharedSecretCache.Local(memory, most, redis.entries().localTtl()),
                        new CircuitBreakingEntryStore(
                            new RedisEntryStore(redis, means.timing().clocks(), means.executor()),
                            means),
                        partitions(config.kms(), redis.entries(), identity, means),
                        Parts.retrievalSettings(config).freshness(),
                        renderer,
                        means),
                    means));
  }

  private static CacheAccess sharing(SharedSecretCache cache, Means means) {
    return new CacheAccess(cache, Optional.of(cache), means.timing().scheduler());
  }

  private static Partitions partitions(
      KmsConfig kms, RedisConfig.Entries entries, NamePrincipal identity, Means means) {
    return new Partitions(
        identity,
        new KmsEndpoint(kms.region().orElse(""), kms.transport().endpoint().authority()),
        entries.encryptionKeys().stream()
            .map(encryptionKey -> new SealingKey(encryptionKey.reveal(), means.random()))
            .toList(),
        entries.keyPrefix(),
        means.timing().clock());
  }

  /** Connects in the background to the store, if there is one. */
  void start() {
    if (shared.isPresent()) {
      shared.get().start();
    }
  }

  /** Waits until what was read has reached the store, at most so long, and ends the connections. */
  void close(Duration patience) {
    if (shared.isPresent()) {
      var drained = shared.get().drain().toCompletableFuture();
      var left = patience.isNegative() ? Duration.ZERO : patience;
      var timer = scheduler.schedule(left, () -> drained.complete(null));
      drained.join();
      timer.cancel();
      shared.get().close();
    }
  }
}
