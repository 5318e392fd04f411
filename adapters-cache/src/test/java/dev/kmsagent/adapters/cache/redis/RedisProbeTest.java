package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisProbeTest {
  private static final Login NOBODY = new Login.Anonymous();
  private static final Tls NONE = new Tls.Off();

  private static RedisProbe probe(Servers servers, Login login, Tls tls, Duration timeout) {
    var settings = RedisConfigs.of(servers, login, tls, timeout);
    return new RedisProbe(settings, Clocks.of(InstantSource.system()));
  }

  private static Servers standalone(String host, int port) {
    return new Servers.Standalone(new Address(host, port));
  }

  private static Servers cluster(RedisProcess node) {
    return new Servers.Cluster(List.of(new Address("127.0.0.1", node.port())));
  }

  private static Login as(String user) {
    return RedisConfigs.user(user, "pass-word");
  }

  /** A user who may do what the probe says, and no more. */
  private static void admit(RedisProcess redis, String user, RedisProbe probe) {
    redis.configure(("ACL SETUSER " + user + " on >pass-word " + probe.rights()).split(" "));
  }

  private static void assertObstacle(Servers servers, Login login, Tls tls, String... words) {
    try (var probe = probe(servers, login, tls, Duration.ofSeconds(10))) {
      assertThat(probe.obstacle().orElseThrow()).contains(words).doesNotContain("pass-word");
    }
  }

  /** The tests take turns on it. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class A_server {
    private final RedisProcess redis = RedisProcess.start();
    private final Servers here = standalone("127.0.0.1", redis.port());

    @AfterEach
    void reset() {
      redis.reset();
    }

    @AfterAll
    void end() {
      redis.close();
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
    void that_does_not_do_all_is_told_with_what_to_do(String change, String code, String advice) {
      redis.configure(change.split(" "));
      assertObstacle(here, NOBODY, NONE, code, advice);
      redis.command("KEYS", "*").lines().forEach(this::assertItGoesByItself);
    }

    private void assertItGoesByItself(String name) {
      assertThat(Long.parseLong(redis.command("PTTL", name)))
          .isBetween(-2L, 10_000L)
          .isNotEqualTo(-1);
    }

    @Test
    void is_no_cluster_and_no_sentinel() {
      assertObstacle(cluster(redis), NOBODY, NONE, "answered ERR", "Cache.Redis.Mode");
      var sentinels = List.of(new Address("127.0.0.1", redis.port()));
      assertObstacle(
          new Servers.Sentinel("main", sentinels), NOBODY, NONE, "entinel", "SentinelMaster");
    }
  }

  @Test
  void a_name_that_is_unknown_is_told() {
    assertObstacle(
        standalone("redis.invalid", 6379), NOBODY, NONE, "UnknownHostException: redis.invalid");
  }

  @Test
  void a_cluster_does_all_that_is_asked_for_a_user_with_the_least_rights() {
    try (var nodes = RedisCluster.start();
        var probe =
            probe(cluster(nodes.nodes().getFirst()), as("orders"), NONE, Duration.ofSeconds(10))) {
      nodes.nodes().forEach(each -> admit(each, "orders", probe));

      assertThat(probe.obstacle()).isEmpty();
      assertThat(probe.rights()).as("while slots are moved").contains(" +asking");
      assertObstacle(cluster(nodes.nodes().getFirst()), as("stranger"), NONE, "WRONGPASS");
    }
  }

  @Nested
  class Over_tls {
    private static final RedisCertificates CERTIFICATES = RedisCertificates.of("localhost");
    private static final Tls TRUSTING = RedisConfigs.trusting(CERTIFICATES.authorityFile());
    private static final RedisProcess REDIS = RedisProcess.startWithTls(CERTIFICATES);

    @AfterAll
    static void end() {
      REDIS.close();
    }

    @ParameterizedTest
    @CsvSource({
      "localhost, false, unable to find valid certification path",
      "127.0.0.1, true, No subject alternative names matching IP address 127.0.0.1"
    })
    void the_certificate_is_not_accepted(String host, boolean isKnown, String reason) {
      var tls = isKnown ? TRUSTING : new Tls.On(Optional.empty());
      assertObstacle(standalone(host, REDIS.tlsPort()), NOBODY, tls, reason, "CaFile");
    }

    /** It takes the greeting for the beginning of a command, and waits for the end. */
    @Test
    void a_server_without_tls_is_not_connected_to() {
      var servers = standalone("localhost", REDIS.port());
      try (var probe = probe(servers, NOBODY, TRUSTING, Duration.ofMillis(300))) {
        assertThat(probe.obstacle().orElseThrow()).contains("Tls");
      }
    }
  }
}
