package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.ReceivedEntryPolicy;
import dev.kmsagent.adapters.cache.shared.ReportingEntryStore;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cache as a configuration describes it. Thread-safe. It is started and closed once. */
final class CacheAccess {
  private final AgentConfig config;
  private final ReceivedEntryPolicy policy;
  private final Means means;
  private final @Nullable SharedSecretCache shared;
  private final SecretCache cache;

  /**
   * Opens no connection yet.
   *
   * @param policy for entries that other agents read
   * @param identity the principal whose entries are shared
   */
  CacheAccess(AgentConfig config, NamePrincipal identity, ReceivedEntryPolicy policy, Means means) {
    this.config = config;
    this.policy = policy;
    this.means = means;
    this.shared = config.cache().redis().map(redis -> shared(redis, identity)).orElse(null);
    this.cache = shared == null ? inMemory() : shared;
  }

  private SecretCache inMemory() {
    return new CaffeineSecretCache(
        config.cache().maxEntries(), config.cache().maxBytes(), means.events());
  }

  private SharedSecretCache shared(RedisConfig config, NamePrincipal identity) {
    var entries = config.entries();
    return new SharedSecretCache(
        new SharedSecretCache.Local(
            inMemory(), this.config.cache().maxEntries(), entries.localTtl()),
        store(config),
        new Partitions(
            identity,
            endpoint(),
            sealingKeys(entries),
            entries.keyPrefix(),
            means.clocks().agent()),
        policy,
        means);
  }

  /** From the inside out: Redis, a report of each exchange, the circuit breaker. */
  private EntryStore store(RedisConfig config) {
    var redis = new RedisEntryStore(config, means.clocks(), means.executor());
    var reported = new ReportingEntryStore(redis, means.clocks().agent(), means.events());
    return new CircuitBreakingEntryStore(reported, means.scheduler());
  }

  private KmsEndpoint endpoint() {
    return new KmsEndpoint(
        config.kms().region().orElse(""), config.kms().transport().endpoint().authority());
  }

  private List<SealingKey> sealingKeys(RedisConfig.Entries entries) {
    return entries.encryptionKeys().stream()
        .map(encryptionKey -> new SealingKey(encryptionKey.reveal(), means.random()))
        .toList();
  }

  SecretCache cache() {
    return cache;
  }

  /** Connects in the background to the store, if there is one. */
  void start() {
    if (shared != null) {
      shared.start();
    }
  }

  /** Waits until what was read has reached the store, at most so long, and ends the connections. */
  void close(Duration patience) {
    if (shared != null) {
      var drained = shared.drain().toCompletableFuture();
      var left = patience.isNegative() ? Duration.ZERO : patience;
      var timer = means.scheduler().schedule(left, () -> drained.complete(null));
      drained.join();
      timer.cancel();
      shared.close();
    }
  }
}
