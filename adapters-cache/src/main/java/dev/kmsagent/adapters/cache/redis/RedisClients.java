package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.time.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Delay;

/**
 * Makes the clients of Jedis that a configuration describes. It may wait and fail as a call may.
 */
final class RedisClients {
  private static final String NAME = "kms-agent";
  private static final int CLUSTER_ATTEMPTS = 3;

  /** At one time, to each server. */
  static final int MAX_CONNECTIONS = 8;

  /** Beside those to one server: to other nodes of a cluster, or to sentinels. */
  static final int OTHER_CONNECTIONS = 64;

  /** As DNS has it. The JVM remembers for a while each name that it looked up. */
  private static final int LONGEST_HOST = 255;

  /** The pause before a lost sentinel is asked again: it may name another primary by then. */
  private static final Delay SENTINEL_PAUSE =
      Delay.exponentialWithJitter(
          Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(1));

  private final RedisConfig config;
  private final BoundedSocketFactory sockets;

  RedisClients(RedisConfig config, Clocks clocks) {
    this.config = config;
    this.sockets = new BoundedSocketFactory(config.tls(), clocks.agent());
  }

  /**
   * Opens a client with a pool of connections.
   *
   * @throws JedisException when no server of several can be reached
   */
  UnifiedJedis open() {
    return switch (config.servers()) {
      case Servers.Standalone(var address) -> standalone(address);
      case Servers.Sentinel(var primary, var nodes) -> sentinel(primary, hostsAndPorts(nodes));
      case Servers.Cluster(var nodes) -> cluster(nodes);
    };
  }

  private UnifiedJedis standalone(Address address) {
    return RedisClient.builder()
        .hostAndPort(hostAndPort(address))
        .clientConfig(config())
        .poolConfig(pool())
        .build();
  }

  private UnifiedJedis sentinel(String primary, Set<HostAndPort> sentinels) {
    var provider =
        new SentineledConnectionProvider(
            primary, config(), pool(), sentinels, transport().build(), SENTINEL_PAUSE) {
          @Override
          protected SentinelConnectionFactory defaultSentinelConnectionFactory() {
            return RedisClients::sentinelConnection;
          }
        };
    return RedisSentinelClient.builder()
        .masterName(primary)
        .sentinels(sentinels)
        .clientConfig(config())
        .connectionProvider(provider)
        .build();
  }

  /** Jedis listens again after an exception of its own alone, not after a malformed message. */
  private static Jedis sentinelConnection(HostAndPort sentinel, JedisClientConfig config) {
    return new Jedis(sentinel, config) {
      @Override
      public void subscribe(JedisPubSub listener, String... channels) {
        try {
          super.subscribe(listener, channels);
        } catch (RuntimeException ended) {
          throw ended instanceof JedisException ? ended : new JedisDataException(ended);
        }
      }
    };
  }

  private UnifiedJedis cluster(List<Address> nodes) {
    var connection = config();
    return RedisClusterClient.builder()
        .nodes(hostsAndPorts(nodes))
        .clientConfig(connection)
        .connectionProvider(provider(hostsAndPorts(nodes), connection))
        .maxAttempts(CLUSTER_ATTEMPTS)
        .maxTotalRetriesDuration(config.timeout())
        .build();
  }

  /** Jedis would make a pool for each node to which it is redirected. */
  private ConnectionProvider provider(Set<HostAndPort> nodes, JedisClientConfig connection) {
    return new ClusterConnectionProvider(nodes, connection, pool()) {
      @Override
      public Connection getConnection(HostAndPort redirected) {
        return pool(redirected).getResource();
      }

      private synchronized ConnectionPool pool(HostAndPort node) {
        if (cache.getNode(node) == null && getNodes().size() >= ClusterSlots.MOST_NODES) {
          throw new JedisClusterOperationException("redirected to too many nodes");
        }
        return cache.setupNodeIfNotExist(node);
      }
    };
  }

  private JedisClientConfig config() {
    var builder = transport();
    config.login().map(RedisClients::credentials).ifPresent(builder::credentials);
    return builder.build();
  }

  private static RedisCredentials credentials(Login login) {
    var password = login.password().reveal().toCharArray();
    return new DefaultRedisCredentials(login.user().orElse(null), password);
  }

  /**
   * With these sockets Jedis connects without TLS too, unless that is configured. Jedis prefers
   * {@code SslOptions} to these settings, but such cannot hold a socket factory.
   */
  @SuppressWarnings("deprecation")
  private DefaultJedisClientConfig.Builder transport() {
    return DefaultJedisClientConfig.builder()
        .protocol(RedisProtocol.RESP2)
        .timeoutMillis((int) config.timeout().toMillis())
        .clientName(NAME)
        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
        .hostAndPortMapper(RedisClients::checked)
        .ssl(true)
        .sslSocketFactory(sockets);
  }

  /** A server may have named it. */
  private static HostAndPort checked(HostAndPort server) {
    if (server.getHost().length() > LONGEST_HOST) {
      throw new JedisConnectionException("the name of a host is too long");
    }
    return server;
  }

  private ConnectionPoolConfig pool() {
    var pool = new ConnectionPoolConfig();
    pool.setMaxTotal(MAX_CONNECTIONS);
    pool.setMaxIdle(MAX_CONNECTIONS);
    pool.setMaxWait(config.timeout());
    pool.setJmxEnabled(false);
    return pool;
  }

  private static Set<HostAndPort> hostsAndPorts(List<Address> addresses) {
    return addresses.stream().map(RedisClients::hostAndPort).collect(Collectors.toSet());
  }

  /** An IPv6 address has brackets in the configuration, and none for sockets. */
  private static HostAndPort hostAndPort(Address address) {
    return new HostAndPort(address.host().replaceFirst("^\\[(.*)]$", "$1"), address.port());
  }

  /** Closes the idle connections of the pool, which may be dead; of a cluster, looks up nodes. */
  static void renew(UnifiedJedis client) {
    switch (client) {
      case RedisClient standalone -> standalone.getPool().clear();
      case RedisSentinelClient sentinel ->
          sentinel.getPrimaryNodesConnectionMap().values().forEach(pool -> pool.clear());
      case RedisClusterClient cluster -> cluster.refreshClusterTopology();
      default -> {}
    }
  }
}
