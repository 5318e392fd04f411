package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two agents of one identity that share what they read through a Redis. */
final class SharedCacheIT {
  private static final String ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  private final Cloud cloud = Cloud.start();
  private final RedisProcess redis = RedisProcess.start();
  private final String name = cloud.newSecret("old");

  @AfterEach
  void clean_up() throws IOException {
    redis.close();
    cloud.close();
  }

  /** Not the lease of the one who reads. */
  private boolean isEntry(String key) {
    return redis.command("TYPE", key).contains("hash");
  }

  private AgentProcess agent(String more) {
    return AgentProcess.start(setup(more));
  }

  private AgentSetup setup(String more) {
    return sharing(cloud, redis).with(more);
  }

  /** What an agent needs to share what it reads; it waits for a Redis that is slow to answer. */
  static AgentSetup sharing(Cloud cloud, RedisProcess redis) {
    return cloud
        .setup()
        .with(
            """
            KMS.CredentialType = "AccessKey"
            Cache.CacheType = "Redis"
            Cache.Redis.Addresses = ["127.0.0.1:%d"]
            Cache.Redis.EncryptionKey = "%s"
            Cache.Redis.TimeoutMillis = 10000
            Server.RequestTimeoutSeconds = 60
            """
                .formatted(redis.port(), ENCRYPTION_KEY));
  }

  @Test
  @ShowsEffectOf({"Cache.CacheType", "Cache.Redis.Addresses", "Cache.Redis.EncryptionKey"})
  void what_one_agent_read_another_has_without_asking_kms() {
    try (var one = agent("");
        var other = agent("")) {
      assertThat(one.client().secret(name).summary()).isEqualTo("old, fwd=miss");
      Eventually.see(() -> other.client().secret(name).summary(), "old, hit"::equals);
      assertThat(cloud.calls(name)).isEqualTo(1);
    }
  }

  @Test
  void what_one_agent_refreshes_the_others_have_within_a_second() {
    try (var one = agent("");
        var other = agent("")) {
      one.client().secret(name);
      other.client().secret(name);
      cloud.emulator().secrets().put(name, "v2", "new");
      assertThat(one.client().refreshed(name).summary()).isEqualTo("new, fwd=request");
      Eventually.see(() -> other.client().secret(name).summary(), "new, hit"::equals);
      assertThat(cloud.calls(name)).isEqualTo(2);
    }
  }

  @Test
  void an_agent_that_is_started_again_has_what_it_had_although_kms_is_down() {
    try (var one = agent("Cache.TtlSeconds = 1")) {
      one.client().secret(name);
      Eventually.see(
          () -> redis.command("KEYS", "*"), keys -> keys.lines().anyMatch(this::isEntry));
    }
    cloud.fail(name, new Fault.Reset());
    try (var again = agent("Cache.TtlSeconds = 1")) {
      assertThat(again.client().secret(name).summary())
          .isIn("old, hit", "old, hit; detail=stale-if-error");
    }
  }
}
