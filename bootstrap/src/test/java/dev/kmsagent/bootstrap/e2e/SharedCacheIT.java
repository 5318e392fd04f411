package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Agents of one identity that share what they read through a Redis, one after the other. */
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

  private AgentProcess agent() {
    return AgentProcess.start(sharing(cloud, redis).with("Cache.TtlSeconds = 1"));
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
  void an_agent_that_is_started_again_has_what_it_had_although_kms_is_down() {
    try (var one = agent()) {
      one.client().secret(name);
      Eventually.see(
          () -> redis.command("KEYS", "*"), keys -> keys.lines().anyMatch(this::isEntry));
    }
    cloud.fail(name, new Fault.Reset());
    try (var again = agent()) {
      assertThat(again.client().secret(name).summary())
          .isIn("old, hit", "old, hit; detail=stale-if-error");
    }
  }
}
