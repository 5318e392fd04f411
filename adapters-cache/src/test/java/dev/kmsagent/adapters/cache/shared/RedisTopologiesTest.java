package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contract of a store on each topology of real servers. */
class RedisTopologiesTest {
  private static final RedisProcess REDIS = RedisProcess.start();

  @AfterAll
  static void endServer() {
    REDIS.close();
  }

  /** On servers that all tests share, so that each test has keys of its own. */
  abstract static class OnServers implements EntryStoreContract {
    private final String prefix = "orders:" + UUID.randomUUID();
    private EntryStore store;

    abstract RedisConfig settings();

    @BeforeEach
    void open() {
      store = new RedisEntryStore(settings(), Clocks.of(InstantSource.system()), Runnable::run);
    }

    @AfterEach
    void close() {
      store.close();
    }

    @Override
    public EntryStore store() {
      return store;
    }

    @Override
    public String prefix() {
      return prefix;
    }
  }

  @Nested
  class On_one_server extends OnServers {
    @Override
    RedisConfig settings() {
      return RedisConfigs.standalone(REDIS.port());
    }
  }

  /** As a user who may do no more than an agent needs to, as an example has it. */
  @Nested
  class Over_tls_with_a_login extends OnServers {
    private static final RedisCertificates CERTIFICATES = RedisCertificates.of("localhost");
    private static final RedisProcess REDIS = RedisProcess.startWithTls(CERTIFICATES);

    @BeforeAll
    static void admit() {
      REDIS.configure("ACL", "SETUSER", "default", "-@all", "+acl");
      REDIS.configure(DevClusterTest.make("orders", "pass-word"));
    }

    @AfterAll
    static void endServer() {
      REDIS.close();
    }

    @Override
    RedisConfig settings() {
      return RedisConfigs.of(
          new Servers.Standalone(new Address("localhost", REDIS.tlsPort())),
          RedisConfigs.user("orders", "pass-word"),
          RedisConfigs.trusting(CERTIFICATES.authorityFile()),
          RedisConfigs.TIMEOUT);
    }
  }

  @Nested
  class On_a_cluster extends OnServers {
    private static final RedisCluster CLUSTER = RedisCluster.start();

    @AfterAll
    static void endCluster() {
      CLUSTER.close();
    }

    @Override
    RedisConfig settings() {
      return RedisConfigs.settings(RedisConfigs.cluster(CLUSTER));
    }
  }
}
