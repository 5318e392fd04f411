package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.ReceivedEntryPolicy;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretRenderer;
import dev.kmsagent.testkit.RealTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** The caches that hits are read from. */
public enum CacheKind {
  /** The memory of the process alone. */
  IN_MEMORY {
    @Override
    SecretCache create(FreshnessPolicy policy, SecretRenderer renderer, AgentEvents events) {
      return new CaffeineSecretCache(MAX_ENTRIES, MAX_BYTES, events);
    }
  },

  /** The copies before a Redis that answers at once. */
  REDIS {
    @Override
    SecretCache create(FreshnessPolicy policy, SecretRenderer renderer, AgentEvents events) {
      var random = new SecureRandom();
      var cache =
          new SharedSecretCache(
              new SharedSecretCache.Local(
                  IN_MEMORY.create(policy, renderer, events), MAX_ENTRIES, Duration.ofMinutes(1)),
              new EmptyEntryStore(),
              new Partitions(
                  new ConfirmedIdentity(),
                  new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com"),
                  List.of(new SealingKey(new byte[SealingKey.LENGTH], random)),
                  "kms-agent",
                  InstantSource.system()),
              new ReceivedEntryPolicy(policy, renderer),
              new Means(
                  Clocks.of(InstantSource.system()),
                  new RealTime(),
                  Runnable::run,
                  random,
                  events));
      cache.start();
      return cache;
    }
  };

  private static final int MAX_ENTRIES = 1000;
  private static final long MAX_BYTES = 64L << 20;

  abstract SecretCache create(FreshnessPolicy policy, SecretRenderer renderer, AgentEvents events);
}
