package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a check says is wrong. The tests take turns on one server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisProbeTest {
  @AutoClose private final RedisProcess redis = RedisProcess.start();
  private final Address here = new Address("127.0.0.1", redis.port());

  @AfterEach
  void reset() {
    redis.reset();
  }

  private static void assertObstacle(Servers servers, String... words) {
    assertObstacle(RedisConfigs.settings(servers), words);
  }

  private static void assertObstacle(RedisConfig settings, String... words) {
    try (var probe = RedisConfigs.probe(settings)) {
      assertThat(probe.obstacle().orElseThrow()).contains(words);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          ACL SETUSER default -ping                   | NOPERM   | "ACL SETUSER default ~kms-agent:* +ping
          ACL SETUSER default -eval -evalsha          | NOPERM   | "ACL SETUSER default ~kms-agent:* +ping
          ACL SETUSER default -hdel -unlink           | NOPERM   | "ACL SETUSER default ~kms-agent:* +ping
          ACL SETUSER default resetkeys ~other:*      | NOPERM   | "ACL SETUSER default ~kms-agent:* +ping
          CONFIG SET maxmemory 1                      | OOM      | volatile-lru
          REPLICAOF 127.0.0.1 1                       | READONLY | name its primary
          """)
  void a_server_that_does_not_do_all_is_told_with_what_to_do(
      String change, String code, String advice) {
    redis.configure(change.split(" "));
    assertObstacle(new Servers.Standalone(here), code, advice);
    redis.command("KEYS", "*").lines().forEach(this::assertItGoesByItself);
  }

  private void assertItGoesByItself(String name) {
    assertThat(Long.parseLong(redis.command("PTTL", name)))
        .isBetween(-2L, 10_000L)
        .isNotEqualTo(-1);
  }

  @Test
  void a_server_is_no_cluster_and_no_sentinel() {
    assertObstacle(new Servers.Cluster(List.of(here)), "answered ERR", "Cache.Redis.Mode");
    assertObstacle(new Servers.Sentinel("main", List.of(here)), "entinel", "SentinelMaster");
  }

  /** It takes the greeting for the beginning of a command, and waits for the end. */
  @Test
  void a_server_without_tls_is_not_connected_to() {
    var servers = new Servers.Standalone(here);
    var tls = Optional.of(new Tls(Optional.empty()));
    var timeout = Duration.ofMillis(300);
    assertObstacle(RedisConfigs.of(servers, Optional.empty(), tls, timeout), "Tls");
  }

  @Test
  void a_name_that_is_unknown_is_told() {
    var servers = new Servers.Standalone(new Address("redis.invalid", 6379));
    assertObstacle(servers, "UnknownHostException: redis.invalid");
  }
}
