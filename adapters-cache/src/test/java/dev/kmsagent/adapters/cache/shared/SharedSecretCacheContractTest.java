package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SharedSecretCacheContract;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts of a cache, and of one that agents share, on real servers. */
class SharedSecretCacheContractTest {
  /** Longer than any test has a copy wait, and short enough to wait for. */
  static final Duration UNWATCHED_LIFE = Duration.ofSeconds(6);

  /** Two agents that use the same servers. */
  abstract static class TwoAgents implements SharedSecretCacheContract {
    private TestAgent agent;
    private TestAgent other;

    abstract TestAgent.Plan plan();

    /** How the agents know of each other's changes. */
    Coherence coherence() {
      return Coherence.IMMEDIATE;
    }

    @BeforeEach
    void start() {
      agent = plan().start();
      other = plan().start();
      agent.awaitCoherence(coherence());
      other.awaitCoherence(coherence());
    }

    @AfterEach
    void end() {
      agent.close();
      other.close();
    }

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public SecretCache peer() {
      return other.cache;
    }
  }

  /** On one server of their own. */
  abstract static class OnOneServer extends TwoAgents {
    final RedisProcess redis = startServer();

    RedisProcess startServer() {
      return RedisProcess.start();
    }

    @Override
    TestAgent.Plan plan() {
      return TestAgent.on(TestAgent.standalone(redis.port()));
    }

    @Override
    public void cutOff() {
      redis.kill();
    }

    @AfterEach
    void endServer() {
      redis.close();
    }
  }

  @Nested
  class Standalone extends OnOneServer {}

  @Nested
  class Behind_the_circuit_breaker extends OnOneServer {
    @Override
    TestAgent.Plan plan() {
      return super.plan().breaker();
    }
  }

  /** An ACL may forbid to be told of changes. */
  @Nested
  class Where_changes_are_not_told extends OnOneServer {
    @BeforeEach
    @Override
    void start() {
      redis.configure("ACL", "SETUSER", "default", "-client", "+client|setname");
      super.start();
    }

    @Override
    TestAgent.Plan plan() {
      return super.plan().unwatchedLife(UNWATCHED_LIFE);
    }

    @Override
    Coherence coherence() {
      return Coherence.DELAYED;
    }
  }

  @Nested
  class Behind_a_sentinel extends OnOneServer {
    private final RedisProcess sentinel = RedisSentinels.sentinel(redis);

    @Override
    TestAgent.Plan plan() {
      var sentinels = List.of(new Address("127.0.0.1", sentinel.port()));
      return TestAgent.on(
          TestAgent.settings(new Servers.Sentinel(RedisSentinels.MASTER, sentinels, 0)));
    }

    @AfterEach
    void endSentinel() {
      sentinel.close();
    }
  }

  /** As a user who may do no more than an agent needs to, as an example has it. */
  @Nested
  class Over_tls_with_a_login extends OnOneServer {
    private static final RedisCertificates CERTIFICATES = RedisCertificates.of("localhost");

    @Override
    RedisProcess startServer() {
      var server = RedisProcess.startWithTls(CERTIFICATES);
      server.configure("ACL", "SETUSER", "default", "-@all", "+acl");
      server.configure(ExampleUsers.make("orders", "pass-word"));
      return server;
    }

    @Override
    TestAgent.Plan plan() {
      return TestAgent.on(
              RedisConfigs.of(
                  new Servers.Standalone(new Address("localhost", redis.tlsPort()), 0),
                  RedisConfigs.user("orders", "pass-word"),
                  RedisConfigs.trusting(CERTIFICATES.authorityFile()),
                  TestAgent.TIMEOUT,
                  8))
          .prefix("orders");
    }
  }

  /** On servers that all tests share, so that each test has names of its own. */
  @Nested
  class On_a_cluster extends TwoAgents {
    private static final RedisCluster CLUSTER = RedisCluster.start();

    private final SeverableEntryStore.Knife knife = new SeverableEntryStore.Knife();
    private final String prefix = UUID.randomUUID().toString();

    @AfterAll
    static void endCluster() {
      CLUSTER.close();
    }

    @Override
    TestAgent.Plan plan() {
      var nodes =
          CLUSTER.nodes().stream().map(node -> new Address("127.0.0.1", node.port())).toList();
      return TestAgent.on(TestAgent.settings(new Servers.Cluster(nodes)))
          .prefix(prefix)
          .decoration(store -> new SeverableEntryStore(store, knife))
          .unwatchedLife(UNWATCHED_LIFE);
    }

    @Override
    Coherence coherence() {
      return Coherence.DELAYED;
    }

    @Override
    public void cutOff() {
      knife.cut();
    }
  }
}
