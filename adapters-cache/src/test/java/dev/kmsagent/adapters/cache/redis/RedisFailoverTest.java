package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisStores.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisStores.failure;
import static dev.kmsagent.adapters.cache.redis.RedisStores.isAnswered;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Several real servers of which one is lost, and another takes over or it comes back. */
class RedisFailoverTest {
  private static final Duration LIFE = Duration.ofMinutes(1);

  private static EntryStore store(Servers servers) {
    return RedisStores.open(RedisConfigs.settings(servers, Duration.ofSeconds(1)));
  }

  @Nested
  class Behind_a_sentinel {
    private final RedisSentinels servers = RedisSentinels.start();
    private final EntryStore store = store(RedisConfigs.sentinel(servers.sentinel().port()));
    private final AtomicInteger written = new AtomicInteger();

    @AfterEach
    void endServers() {
      store.close();
      servers.close();
    }

    private boolean isUsed(RedisProcess server) {
      var entry = EntryStoreContract.entry(written.incrementAndGet());
      var _ = result(store.write(KEY, entry, LIFE));
      return server
          .command("HGET", KEY.hash(), KEY.field())
          .equals(new String(entry.bytes(), ISO_8859_1));
    }

    /**
     * What the old primary takes is lost. Connections to the new one are cut when it becomes it.
     */
    private void assertReplicaIsUsed() {
      var port = Integer.toString(servers.replica().port());
      assertSoon(() -> primaryBySentinel().contains(port));
      assertSoon(() -> isUsed(servers.replica()));
    }

    private String primaryBySentinel() {
      return servers
          .sentinel()
          .command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisSentinels.MASTER);
    }

    @Test
    void the_replica_is_used_once_it_has_taken_over() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.failOver();
      assertReplicaIsUsed();
    }

    @Test
    void the_replica_is_used_after_the_primary_was_killed() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.primary().kill();
      assertReplicaIsUsed();
    }

    @Test
    void the_replica_is_used_after_the_primary_was_held_still() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.primary().pause();
      assertReplicaIsUsed();
    }
  }

  /** The tests take turns on it. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class On_a_cluster {
    private final RedisCluster cluster = RedisCluster.start();
    private final RedisProcess owner = cluster.ownerOf(KEY.hash());

    @AfterAll
    void endCluster() {
      cluster.close();
    }

    /** The other nodes say at any time that the cluster is not ready. */
    private static void assertFailsSoon(EntryStore store, Cause cause) {
      assertSoon(() -> Set.of(cause, Cause.NOT_READY).contains(failure(store.read(KEY))));
    }

    @Test
    void a_node_that_died_is_used_once_it_is_back() {
      try (var store = store(RedisConfigs.cluster(cluster))) {
        assertSoon(() -> isAnswered(store));
        owner.kill();
        assertFailsSoon(store, Cause.UNREACHABLE);
        owner.restart();
        cluster.awaitHealth();
        assertSoon(() -> isAnswered(store));
      }
    }

    @Test
    void a_node_that_hung_is_used_once_it_goes_on() {
      try (var store = store(RedisConfigs.cluster(cluster))) {
        assertSoon(() -> isAnswered(store));
        owner.pause();
        assertFailsSoon(store, Cause.TIMEOUT);
        owner.resume();
        cluster.awaitHealth();
        assertSoon(() -> isAnswered(store));
      }
    }
  }
}
