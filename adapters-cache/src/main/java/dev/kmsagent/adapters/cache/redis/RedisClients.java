package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.RedisSettings.Address;
import dev.kmsagent.adapters.cache.redis.RedisSettings.Encryption;
import dev.kmsagent.adapters.cache.redis.RedisSettings.Login;
import dev.kmsagent.adapters.cache.redis.RedisSettings.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Delay;

/** Makes clients of Jedis by our settings. To make one may wait, and fail, as a call may. */
final class RedisClients {
  private static final String NAME = "kms-agent";
  private static final int CLUSTER_ATTEMPTS = 3;

  /** Until a sentinel is asked again that was lost: it may name another primary by then. */
  private static final Delay SENTINEL_PAUSE =
      Delay.exponentialWithJitter(
          Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(1));

  private final RedisSettings settings;

  RedisClients(RedisSettings settings) {
    this.settings = settings;
  }

  /**
   * A pool of connections.
   *
   * @throws JedisException when no server of several can be reached
   */
  UnifiedJedis open() {
    return switch (settings.servers()) {
      case Servers.Standalone(var address, var database) -> standalone(address, database);
      case Servers.Sentinel sentinel -> sentinel(sentinel);
      case Servers.Cluster(var nodes) -> cluster(nodes);
    };
  }

  private UnifiedJedis standalone(Address address, int database) {
    return RedisClient.builder()
        .hostAndPort(hostAndPort(address))
        .clientConfig(config(database, RedisProtocol.RESP2))
        .poolConfig(pool())
        .build();
  }

  private UnifiedJedis sentinel(Servers.Sentinel servers) {
    return RedisSentinelClient.builder()
        .masterName(servers.master())
        .sentinels(
            servers.sentinels().stream().map(RedisClients::hostAndPort).collect(Collectors.toSet()))
        .sentinelClientConfig(transport(RedisProtocol.RESP2).build())
        .clientConfig(config(servers.database(), RedisProtocol.RESP2))
        .poolConfig(pool())
        .sentinelReconnectDelay(SENTINEL_PAUSE)
        .build();
  }

  private UnifiedJedis cluster(List<Address> nodes) {
    return RedisClusterClient.builder()
        .nodes(nodes.stream().map(RedisClients::hostAndPort).collect(Collectors.toSet()))
        .clientConfig(config(0, RedisProtocol.RESP2))
        .poolConfig(pool())
        .maxAttempts(CLUSTER_ATTEMPTS)
        .maxTotalRetriesDuration(settings.timeout())
        .build();
  }

  /** For a connection that is told of changes: RESP3 has messages that nobody asked for. */
  JedisClientConfig listening() {
    return switch (settings.servers()) {
      case Servers.Standalone(_, var database) -> config(database, RedisProtocol.RESP3);
      case Servers.Sentinel(_, _, var database) -> config(database, RedisProtocol.RESP3);
      case Servers.Cluster _ -> config(0, RedisProtocol.RESP3);
    };
  }

  private JedisClientConfig config(int database, RedisProtocol protocol) {
    var config = transport(protocol).database(database);
    if (settings.login() instanceof Login.As(var account)) {
      var user = account.getUserName().isEmpty() ? null : account.getUserName();
      config.credentials(new DefaultRedisCredentials(user, account.getPassword()));
    }
    return config.build();
  }

  private DefaultJedisClientConfig.Builder transport(RedisProtocol protocol) {
    var config =
        DefaultJedisClientConfig.builder()
            .protocol(protocol)
            .timeoutMillis((int) settings.timeout().toMillis())
            .clientName(NAME)
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    return switch (settings.encryption()) {
      case Encryption.None() -> config;
      case Encryption.Tls() -> config.sslOptions(Tls.ofTheSystem());
      case Encryption.TlsAlsoTrusting(var pemFile) -> config.sslOptions(Tls.alsoTrusting(pemFile));
    };
  }

  private ConnectionPoolConfig pool() {
    var pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.maxConnections());
    pool.setMaxIdle(settings.maxConnections());
    pool.setMaxWait(settings.timeout());
    pool.setJmxEnabled(false);
    return pool;
  }

  /** What comes of connecting to one sentinel, if it fails. */
  Optional<JedisException> failureOf(Address sentinel) {
    try (var _ = new Connection(hostAndPort(sentinel), transport(RedisProtocol.RESP2).build())) {
      return Optional.empty();
    } catch (JedisException failure) {
      return Optional.of(failure);
    }
  }

  private static HostAndPort hostAndPort(Address address) {
    return new HostAndPort(address.host(), address.port());
  }

  /** Where entries of a client's only primary are changed; of a cluster there are several. */
  static Optional<HostAndPort> primary(RedisSettings settings, UnifiedJedis client) {
    return switch (settings.servers()) {
      case Servers.Standalone(var address, _) -> Optional.of(hostAndPort(address));
      case Servers.Sentinel _ -> Optional.of(((RedisSentinelClient) client).getCurrentMaster());
      case Servers.Cluster _ -> Optional.empty();
    };
  }

  /** Closes connections that lie idle in the pool and may be dead. */
  static void dropIdle(UnifiedJedis client) {
    switch (client) {
      case RedisClient standalone -> standalone.getPool().clear();
      case RedisSentinelClient sentinel ->
          sentinel.getPrimaryNodesConnectionMap().values().forEach(pool -> pool.clear());
      default -> {}
    }
  }
}
