package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.testkit.redis.RedisProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A real Redis that answers, and does not do what it is asked, until somebody mends it. */
class RedisRefusalTest {
  private final RedisProcess redis = RedisProcess.start();
  private final Scene scene = new Scene(as(new Login.Anonymous()));

  private RedisConfig as(Login login) {
    return RedisConfigs.of(
        new Servers.Standalone(new Address("127.0.0.1", redis.port()), 0),
        login,
        new Tls.Off(),
        Scene.TIMEOUT,
        8);
  }

  @BeforeEach
  void follow() {
    scene.agent.awaitCoherence(Coherence.IMMEDIATE);
  }

  @AfterEach
  void end() {
    scene.close();
    redis.close();
  }

  private static void assertSoonFinds(TestAgent other, CacheEntry entry) {
    assertSoon(() -> Scene.isSameSecret(Scene.findShared(other.cache, Scene.QUERY), entry));
  }

  private void assertIsNotLeftAlone() {
    assertThat(scene.agent.events.of(CoherenceChanged.class))
        .extracting(CoherenceChanged::to)
        .doesNotContain(Coherence.DISCONNECTED);
  }

  @Nested
  class Out_of_memory {
    @Test
    void it_is_read_while_nothing_can_be_stored() {
      var entry = scene.share();
      redis.configure("CONFIG", "SET", "maxmemory", "1");
      scene.assertGoesOn(entry);
      scene.assertTold(Cause.FULL);
      try (var other = scene.another()) {
        assertSoonFinds(other, entry);
      }
      assertIsNotLeftAlone();
      redis.configure("CONFIG", "SET", "maxmemory", "0");
      scene.assertHeals();
    }
  }

  @Nested
  class A_replica_that_takes_no_writes {
    @Test
    void it_is_read_until_it_is_the_primary_again() {
      var entry = scene.share();
      redis.configure("REPLICAOF", "127.0.0.1", "1");
      scene.assertGoesOn(entry);
      scene.assertTold(Cause.READ_ONLY);
      try (var other = scene.another()) {
        assertSoonFinds(other, entry);
      }
      redis.configure("REPLICAOF", "NO", "ONE");
      scene.assertHeals();
    }
  }

  @Nested
  class A_wrong_password {
    @Test
    void the_agent_does_without_until_the_password_is_right() {
      redis.configure("ACL", "SETUSER", "orders", "on", ">old", "~*", "+@all");
      var login = RedisConfigs.user("orders", "new");
      try (var stranger = new Scene(as(login))) {
        stranger.assertDoesWithout();
        stranger.assertTold(Cause.DENIED);
        redis.configure("ACL", "SETUSER", "orders", ">new");
        stranger.agent.awaitCoherence(Coherence.IMMEDIATE);
        stranger.assertHeals();
      }
    }
  }

  @Nested
  class A_user_without_the_right_to_run_scripts {
    @Test
    void copies_are_served_until_the_right_is_given() {
      var entry = scene.share();
      redis.configure("ACL", "SETUSER", "default", "-eval", "-evalsha");
      scene.assertGoesOn(entry);
      scene.assertTold(Cause.FORBIDDEN);
      redis.configure("ACL", "SETUSER", "default", "+eval", "+evalsha");
      scene.assertHeals();
    }

    /** It answers at once: there is no time to be spared. */
    @Test
    void it_is_not_left_alone() {
      redis.configure("ACL", "SETUSER", "default", "-eval", "-evalsha");
      for (var i = 0; i < 5; i++) {
        scene.assertDoesWithout();
      }
      assertIsNotLeftAlone();
    }
  }

  @Nested
  class A_user_without_the_right_to_be_told_of_changes {
    @Test
    void copies_are_looked_at_after_a_short_life_until_the_right_is_given() {
      redis.configure("ACL", "SETUSER", "default", "-client", "+client|setname");
      try (var deaf = new Scene(as(new Login.Anonymous()))) {
        var entry = deaf.share();
        assertThat(deaf.served().map(CacheEntry::secret)).contains(entry.secret());
        assertThat(deaf.agent.coherence()).isEqualTo(Coherence.DELAYED);
        assertThat(deaf.told()).doesNotContain(Cause.DENIED);
        redis.configure("ACL", "SETUSER", "default", "+client");
        deaf.agent.awaitCoherence(Coherence.IMMEDIATE);
        deaf.assertHeals();
      }
    }
  }
}
