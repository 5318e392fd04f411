package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Several real servers of which one is lost, and another takes over or it comes back. */
class RedisFailoverTest {
  @Nested
  class Behind_a_sentinel {
    private final RedisSentinels servers = RedisSentinels.start();
    private final Scene scene =
        new Scene(
            new Servers.Sentinel(
                RedisSentinels.MASTER,
                List.of(new Address("127.0.0.1", servers.sentinel().port()))));

    @AfterEach
    void end() {
      scene.close();
      servers.close();
    }

    /**
     * Until the sentinel names the new primary, the old one takes writes, which are lost with it.
     */
    private void assertUses(RedisProcess server) {
      assertSoon(() -> primaryBySentinel().contains(Integer.toString(server.port())));
      scene.assertHeals();
      assertThat(server.command("ROLE")).startsWith("master");
    }

    private String primaryBySentinel() {
      return servers
          .sentinel()
          .command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisSentinels.MASTER);
    }

    @Test
    void the_replica_is_used_once_it_has_taken_over() {
      var copy = scene.share();
      servers.failOver();
      scene.assertGoesOn(copy);
      assertUses(servers.replica());
    }

    @Test
    void the_replica_is_used_after_the_primary_was_killed() {
      var copy = scene.share();
      servers.primary().kill();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.UNREACHABLE);
      assertUses(servers.replica());
    }

    @Test
    void the_replica_is_used_after_the_primary_was_held_still() {
      var copy = scene.share();
      servers.primary().pause();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.TIMEOUT);
      assertUses(servers.replica());
    }

    @Test
    void the_primary_is_used_although_the_sentinel_is_gone() {
      try (var other = scene.another()) {
        scene.share();
        assertSoon(() -> Scene.findShared(other.cache, Scene.QUERY).isPresent());
        servers.sentinel().kill();
        var copy = scene.share();
        assertSoon(
            () ->
                Scene.findShared(other.cache, Scene.QUERY)
                    .map(CacheEntry::secret)
                    .filter(copy.secret()::equals)
                    .isPresent());
        assertThat(scene.told()).doesNotContain(Cause.UNREACHABLE);
      }
    }
  }

  @Nested
  class Behind_a_sentinel_that_comes_later {
    private final RedisProcess redis = RedisProcess.start();
    private final RedisProcess sentinel = RedisSentinels.sentinel(redis);

    @AfterEach
    void end() {
      sentinel.close();
      redis.close();
    }

    @Test
    void the_agent_does_without_until_it_is_there() {
      sentinel.kill();
      var sentinels = List.of(new Address("127.0.0.1", sentinel.port()));
      try (var scene = new Scene(new Servers.Sentinel(RedisSentinels.MASTER, sentinels))) {
        scene.assertDoesWithout();
        scene.assertTold(Cause.UNREACHABLE);
        sentinel.restart();
        scene.assertHeals();
      }
    }
  }

  @Nested
  class On_a_cluster {
    private final RedisCluster cluster = RedisCluster.start();
    private final RedisProcess owner = cluster.ownerOf(SimulatedCache.key(Scene.QUERY).hash());
    private final Scene scene =
        new Scene(
            new Servers.Cluster(
                cluster.nodes().stream()
                    .map(node -> new Address("127.0.0.1", node.port()))
                    .toList()));

    @AfterEach
    void end() {
      scene.close();
      cluster.close();
    }

    @Test
    void copies_are_served_while_a_node_is_dead_and_it_is_used_once_it_is_back() {
      var copy = scene.share();
      owner.kill();
      scene.assertGoesOn(copy);
      assertSoon(() -> isLeftAlone(scene));
      scene.assertTold(Cause.UNREACHABLE, Cause.NOT_READY);
      owner.restart();
      cluster.awaitHealth();
      scene.assertHeals();
    }

    @Test
    void copies_are_served_while_a_node_is_held_still() {
      var copy = scene.share();
      owner.pause();
      scene.assertGoesOn(copy);
      assertSoon(() -> isLeftAlone(scene));
      scene.assertTold(Cause.TIMEOUT, Cause.NOT_READY);
      owner.resume();
      cluster.awaitHealth();
      scene.assertHeals();
    }

    private static boolean isLeftAlone(Scene scene) {
      scene.assertDoesWithout();
      return scene.agent.isAlone();
    }
  }
}
