package dev.kmsagent.bootstrap.shared;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisChangeFeed;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.ReceivedEntryPolicy;
import dev.kmsagent.adapters.cache.shared.ReportingEntryStore;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.TimeSources;
import dev.kmsagent.bootstrap.wiring.SystemScheduler;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.Secrets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An agent from the retrieval to Redis, by the defaults of the configuration but for its patience:
 * here fifty of them have two processors.
 */
final class SharingAgent implements AutoCloseable {
  private static final String PREFIX = "kms-agent";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
  private static final FreshnessPolicy POLICY =
      new FreshnessPolicy(
          Duration.ofMinutes(5), 0.1, 0.8, Duration.ofDays(1), Duration.ofSeconds(5));

  private final InstantSource clock = InstantSource.system();
  private final SystemScheduler scheduler = new SystemScheduler("agent-timers");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final AccessKeyCredentials identity =
      new AccessKeyCredentials(SigningKey.longLived("LTAIshared", "none"));
  private final SharedSecretCache cache;
  private final CachedRetrieval retrieval;

  SharingAgent(int redisPort, SecretSource kms) {
    this.cache = cache(redisPort);
    this.retrieval =
        new CachedRetrieval(
            new RetrievalPorts(kms, cache, Secrets::plain, identity, _ -> {}),
            new TimeSources(clock, scheduler, () -> ThreadLocalRandom.current().nextDouble()),
            new RetrievalSettings(POLICY, REQUEST_TIMEOUT, Duration.ofMillis(500), 1000));
    cache.start();
  }

  private SharedSecretCache cache(int redisPort) {
    var config =
        new RedisConfig(
            new Servers.Standalone(new Address("127.0.0.1", redisPort), 0),
            new Login.Anonymous(),
            new Tls.Off(),
            new RedisConfig.Limits(TIMEOUT, 8),
            new RedisConfig.Entries(
                PREFIX,
                List.of(new EncryptionKey(new byte[EncryptionKey.BYTES])),
                Duration.ofSeconds(1)));
    var redis = new RedisEntryStore(config, Clocks.of(clock), executor);
    var random = new SecureRandom();
    return new SharedSecretCache(
        new SharedSecretCache.Local(
            new CaffeineSecretCache(1000, 16 << 20, _ -> {}), 1000, Duration.ofSeconds(1)),
        new SharedSecretCache.Remote(
            new CircuitBreakingEntryStore(
                new ReportingEntryStore(redis, clock, _ -> {}), scheduler),
            new RedisChangeFeed(config, redis, executor, scheduler)),
        new Partitions(
            identity,
            new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com"),
            List.of(new SealingKey(new byte[SealingKey.LENGTH], random)),
            PREFIX,
            clock),
        new ReceivedEntryPolicy(POLICY, Secrets::plain),
        new Means(Clocks.of(clock), scheduler, executor, random, _ -> {}));
  }

  CompletableFuture<Retrieval> read(String name) {
    return retrieval.retrieve(Secrets.current(name), ReadMode.CACHED).toCompletableFuture();
  }

  @Override
  public void close() {
    cache.close();
    scheduler.close();
    executor.shutdownNow();
  }
}
