package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.file.FileEntryStore;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedRecord;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.cache.shared.SharedTenantCaches;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheStore.InFolder;
import dev.kmsagent.config.CacheStore.Redis;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.FileCacheConfig;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretRenderer;
import dev.kmsagent.domain.port.out.TenantCaches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The caches as a configuration describes them, and the store behind them, if there is one.
 * Thread-safe. It is started and closed once.
 */
final class CacheAccess {
  /** Longer than any process lives: nobody else changes what is in a folder. */
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  /** More than the grants of a node's pods, the keys of its cluster and the agent's principal. */
  private static final int RECORDS = 2000;

  private static final int RECORD_BYTES = 4 << 20;

  private final AgentConfig config;
  private final FreshnessPolicy policy;
  private final SecretRenderer renderer;
  private final Means means;
  private final Optional<Store> store;
  private final DurableRecord records;

  /**
   * What is behind the caches in this process.
   *
   * @param prefix of all names in it
   * @param copies for how long a copy in this process counts
   */
  private record Store(
      CircuitBreakingEntryStore entries, List<SealingKey> keys, String prefix, Duration copies) {}

  /**
   * Opens no connection and no file yet.
   *
   * @param renderer for entries that were not read from KMS
   */
  CacheAccess(AgentConfig config, FreshnessPolicy policy, SecretRenderer renderer, Means means) {
    this.config = config;
    this.policy = policy;
    this.renderer = renderer;
    this.means = means;
    // No switch: linking one takes time at each start.
    if (config.cache().store() instanceof InFolder(var file)) {
      var folder = in(file);
      this.store = Optional.of(folder);
      this.records = records(folder);
    } else {
      this.store =
          config.cache().store() instanceof Redis(var redis)
              ? Optional.of(in(redis))
              : Optional.empty();
      this.records = DurableRecord.NONE;
    }
  }

  private Store in(RedisConfig redis) {
    var entries = redis.entries();
    return new Store(
        new CircuitBreakingEntryStore(
            new RedisEntryStore(redis, means.timing().clocks(), means.executor()), means),
        keys(entries.encryptionKeys()),
        entries.keyPrefix(),
        entries.localTtl());
  }

  private Store in(FileCacheConfig file) {
    var keys = keys(file.encryptionKeys());
    var cache = config.cache();
    var settings =
        new FolderSettings(cache.maxEntries(), cache.maxBytes(), policy, keys, AgentClock::boot);
    var folder = new FileEntryStore(file.path(), settings, means);
    return new Store(new CircuitBreakingEntryStore(folder, means), keys, "s", FOR_EVER);
  }

  private DurableRecord records(Store folder) {
    var memory = new CaffeineSecretCache(RECORDS, RECORD_BYTES, _ -> {});
    return SharedRecord.of(
        new SharedSecretCache.Local(memory, RECORDS, 1, FOR_EVER),
        folder.entries(),
        partitions(folder, () -> Optional.of(SharedRecord.OWNER), FolderSettings.RECORDS),
        policy.maxStale(),
        means);
  }

  private List<SealingKey> keys(List<EncryptionKey> keys) {
    return keys.stream().map(key -> new SealingKey(key.reveal(), means.random())).toList();
  }

  /** What outlives a restart. */
  DurableRecord records() {
    return records;
  }

  /**
   * The cache of the agent's own role.
   *
   * @param identity the principal whose entries are shared
   */
  SecretCache ofOneRole(NamePrincipal identity) {
    var most = config.cache().maxEntries();
    var memory = new CaffeineSecretCache(most, config.cache().maxBytes(), means.events());
    return store.isPresent() ? sharing(store.get(), memory, 1, identity) : memory;
  }

  /**
   * The caches of roles, each in a partition of its own.
   *
   * @param most that are open at a time
   */
  TenantCaches ofRoles(CaffeineTenantCaches memory, int most) {
    return store.isPresent()
        ? new SharedTenantCaches(
            memory, (tier, role) -> sharing(store.get(), tier, most, () -> Optional.of(role)))
        : memory;
  }

  /** Connects in the background to the store, if there is one. */
  void start() {
    if (store.isPresent()) {
      store.get().entries().start(store.get().prefix());
    }
  }

  /** Waits until what was read has reached the store, at most so long, and ends the exchanges. */
  void close(Duration patience) {
    if (store.isPresent()) {
      var drained = store.get().entries().drain();
      var left = patience.isNegative() ? Duration.ZERO : patience;
      var timer = means.timing().scheduler().schedule(left, () -> drained.complete(null));
      drained.join();
      timer.cancel();
      store.get().entries().close();
    }
  }

  private SharedSecretCache sharing(
      Store behind, SecretCache memory, int caches, NamePrincipal identity) {
    return new SharedSecretCache(
        new SharedSecretCache.Local(memory, config.cache().maxEntries(), caches, behind.copies()),
        behind.entries(),
        partitions(behind, identity, behind.prefix()),
        policy,
        renderer,
        means);
  }

  private Partitions partitions(Store behind, NamePrincipal identity, String prefix) {
    var kms = config.kms();
    return new Partitions(
        identity,
        new KmsEndpoint(kms.region().orElse(""), kms.transport().endpoint().authority()),
        behind.keys(),
        prefix,
        means.timing().clock());
  }
}
