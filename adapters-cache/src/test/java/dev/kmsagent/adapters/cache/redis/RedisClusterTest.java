package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisConfigs.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.failure;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.isAnswered;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisCluster;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract of a store on a cluster, and one of whose nodes is lost and comes back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisClusterTest implements EntryStoreContract {
  @AutoClose private final RedisCluster cluster = RedisCluster.start();
  private final Servers servers = RedisConfigs.cluster(cluster);
  private EntryStore store;

  @BeforeEach
  void open() {
    store = RedisConfigs.open(RedisConfigs.settings(servers));
  }

  @Override
  public EntryStore store() {
    return store;
  }

  @AfterEach
  void forget() {
    store.close();
    cluster.nodes().forEach(node -> node.configure("FLUSHALL"));
  }

  @Test
  void a_node_that_died_or_hung_is_used_once_it_is_back() {
    var owner = cluster.ownerOf(KEY.hash());
    try (var hasty = RedisConfigs.open(RedisConfigs.settings(servers, Duration.ofSeconds(1)))) {
      assertSoon(() -> isAnswered(hasty));
      owner.kill();
      assertFailsSoon(hasty, Cause.UNREACHABLE);
      owner.restart();
      cluster.awaitHealth();
      assertSoon(() -> isAnswered(hasty));
      owner.pause();
      assertFailsSoon(hasty, Cause.TIMEOUT);
      owner.resume();
      cluster.awaitHealth();
      assertSoon(() -> isAnswered(hasty));
    }
  }

  /** The other nodes say at any time that the cluster is not ready. */
  private static void assertFailsSoon(EntryStore store, Cause cause) {
    assertSoon(() -> Set.of(cause, Cause.NOT_READY).contains(failure(store.read(KEY))));
  }

  @Test
  void a_check_finds_no_obstacle_for_a_user_with_the_least_rights() {
    try (var probe = probe("orders")) {
      var rights = ("ACL SETUSER orders on >pass-word " + probe.rights()).split(" ");
      cluster.nodes().forEach(node -> node.configure(rights));
      assertThat(probe.obstacle()).isEmpty();
      assertThat(probe.rights()).as("while slots are moved").contains(" +asking");
    }
    try (var probe = probe("stranger")) {
      assertThat(probe.obstacle().orElseThrow())
          .contains("WRONGPASS", "Cache.Redis.Username")
          .doesNotContain("pass-word");
    }
  }

  private RedisProbe probe(String user) {
    var login = RedisConfigs.user(user, "pass-word");
    return RedisConfigs.probe(
        RedisConfigs.of(servers, login, Optional.empty(), RedisConfigs.TIMEOUT));
  }
}
