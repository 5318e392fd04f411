package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Several real servers of which one is lost, and another takes over or it comes back. */
class RedisFailoverTest {
  private static final EntryKey KEY = new EntryKey("p:c2:{a}", "field", "p:l2:{a}field");
  private static final Duration LIFE = Duration.ofMinutes(1);

  private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

  @AfterAll
  static void end() {
    EXECUTOR.close();
  }

  private static EntryStore store(Servers servers) {
    var settings = RedisConfigs.settings(servers, Duration.ofSeconds(1));
    return new RedisEntryStore(settings, Clocks.of(InstantSource.system()), EXECUTOR);
  }

  private static boolean isAnswered(EntryStore store) {
    return result(store.read(KEY)) instanceof StoreResult.Answered;
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

    /** What is written to a primary reaches a server that is one itself from here alone. */
    private boolean isUsed(RedisProcess server) {
      var isPrimary = server.command("ROLE").startsWith("master");
      var entry = EntryStoreContract.entry(written.incrementAndGet());
      var _ = result(store.write(KEY, entry, LIFE));
      var kept = server.command("HGET", KEY.hash(), KEY.field());
      return isPrimary && kept.equals(new String(entry.bytes(), ISO_8859_1));
    }

    @Test
    void the_replica_is_used_once_it_has_taken_over() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.failOver();
      assertSoon(() -> isUsed(servers.replica()));
    }

    @Test
    void the_replica_is_used_after_the_primary_was_killed() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.primary().kill();
      assertSoon(() -> isUsed(servers.replica()));
    }

    @Test
    void the_replica_is_used_after_the_primary_was_held_still() {
      assertSoon(() -> isUsed(servers.primary()));
      servers.primary().pause();
      assertSoon(() -> isUsed(servers.replica()));
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

    private static Cause failure(EntryStore store) {
      return ((StoreResult.Failed<?>) result(store.read(KEY))).failure().cause();
    }

    @Test
    void a_node_that_died_is_used_once_it_is_back() {
      try (var store = store(RedisConfigs.cluster(cluster))) {
        assertSoon(() -> isAnswered(store));
        owner.kill();
        assertThat(failure(store)).isIn(Cause.UNREACHABLE, Cause.NOT_READY);
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
        assertThat(failure(store)).isIn(Cause.TIMEOUT, Cause.NOT_READY);
        owner.resume();
        cluster.awaitHealth();
        assertSoon(() -> isAnswered(store));
      }
    }
  }
}
