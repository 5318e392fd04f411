package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Configurations for tests, stores with them, and what their exchanges come to. */
final class RedisConfigs {
  private static final String PREFIX = "kms-agent";

  /** For servers that answer. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  static final EntryKey KEY = new EntryKey("kms-agent", "a", "field");

  static final Executor EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();
  static final Clocks CLOCKS = Clocks.of(InstantSource.system());

  private RedisConfigs() {}

  static RedisConfig standalone(int port) {
    return settings(new Servers.Standalone(new Address("127.0.0.1", port)));
  }

  static Servers sentinel(int port) {
    var addresses = List.of(new Address("127.0.0.1", port));
    return new Servers.Sentinel(RedisSentinels.MASTER, addresses);
  }

  static Servers cluster(RedisCluster cluster) {
    return new Servers.Cluster(
        cluster.nodes().stream().map(node -> new Address("127.0.0.1", node.port())).toList());
  }

  static RedisConfig settings(Servers servers) {
    return settings(servers, TIMEOUT);
  }

  static RedisConfig settings(Servers servers, Duration timeout) {
    return of(servers, Optional.empty(), Optional.empty(), timeout);
  }

  static RedisConfig of(
      Servers servers, Optional<Login> login, Optional<Tls> tls, Duration timeout) {
    return of(servers, login, tls, timeout, PREFIX);
  }

  static RedisConfig of(
      Servers servers, Optional<Login> login, Optional<Tls> tls, Duration timeout, String prefix) {
    var keys = List.of(new EncryptionKey(new byte[EncryptionKey.BYTES]));
    var entries = new RedisConfig.Entries(prefix, keys, Duration.ofMinutes(1));
    return new RedisConfig(servers, login, tls, timeout, entries);
  }

  static Optional<Login> user(String name, String password) {
    return Optional.of(new Login(Optional.of(name), new ConfidentialText(password)));
  }

  static RedisEntryStore open(RedisConfig settings) {
    return new RedisEntryStore(settings, CLOCKS, EXECUTOR);
  }

  static RedisProbe probe(RedisConfig settings) {
    return new RedisProbe(settings, CLOCKS);
  }

  static boolean isAnswered(EntryStore store) {
    return result(store.read(KEY)) instanceof StoreResult.Answered;
  }

  /** Why an exchange failed. */
  static <T> Cause failure(CompletionStage<StoreResult<T>> exchange) {
    return ((StoreResult.Failed<T>) result(exchange)).failure().cause();
  }
}
