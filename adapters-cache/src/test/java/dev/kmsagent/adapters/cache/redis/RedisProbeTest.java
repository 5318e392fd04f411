package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.ConnectResult.Obstacle;
import dev.kmsagent.adapters.cache.redis.ProbeResult.Notifications;
import dev.kmsagent.adapters.cache.redis.ProbeResult.Step;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.config.Trust;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

class RedisProbeTest {
  private static final Login NOBODY = new Login.Anonymous();
  private static final Tls NONE = new Tls.Off();

  private static RedisProbe probe(Servers servers, Login login, Tls encryption) {
    return probe(servers, login, encryption, Duration.ofSeconds(10));
  }

  private static RedisProbe probe(Servers servers, Login login, Tls encryption, Duration timeout) {
    var settings = RedisConfigs.of(servers, login, encryption, timeout);
    return new RedisProbe(settings, new SecureRandom(), Clocks.of(InstantSource.system()));
  }

  private static Servers standalone(String host, int port) {
    return new Servers.Standalone(new Address(host, port));
  }

  private static Servers standalone(RedisProcess redis) {
    return standalone("127.0.0.1", redis.port());
  }

  private static Servers sentinel(String master, RedisProcess sentinel) {
    return sentinel(master, sentinel.port());
  }

  private static Servers sentinel(String master, int port) {
    return new Servers.Sentinel(master, List.of(new Address("127.0.0.1", port)));
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

  private static void assertAllIsWell(RedisProbe probe, Notifications changes) {
    assertThat(probe.connect()).isEqualTo(new ConnectResult.Answered());
    assertThat(probe.tryOperations()).isEqualTo(new ProbeResult.Passed());
    assertThat(probe.tryNotifications()).isEqualTo(changes);
  }

  /** The tests take turns on it. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class A_server {
    private final RedisProcess redis = RedisProcess.start();
    private RedisProbe probe;

    @BeforeEach
    void open() {
      probe = probe(standalone(redis), NOBODY, NONE);
    }

    @AfterEach
    void close() {
      probe.close();
      redis.reset();
    }

    @AfterAll
    void end() {
      redis.close();
    }

    private void assertStopped(Step step, Cause cause, String code) {
      var failure = new Failed(cause, "Redis answered " + code + ".");
      assertThat(probe.tryOperations()).isEqualTo(new ProbeResult.Failed(step, failure));
    }

    @Test
    void that_does_everything_is_left_as_it_was() {
      assertAllIsWell(probe, new Notifications.Received());
      assertThat(probe.refusesBeyond()).isEmpty();
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    }

    @Test
    void does_all_that_is_asked_for_a_user_with_the_least_rights() {
      admit(redis, "orders", probe);
      try (var confined = probe(standalone(redis), as("orders"), NONE)) {
        assertAllIsWell(confined, new Notifications.Received());
        assertThat(redis.command("ACL", "LOG")).as("what it was refused").isEmpty();
        assertThat(confined.refusesBeyond()).as("what it may not ask").isEmpty();
      }
    }

    @Test
    void that_forbids_scripts_fails_the_first_step() {
      redis.configure("ACL", "SETUSER", "default", "-eval", "-evalsha");
      assertStopped(Step.CLAIM, Cause.FORBIDDEN, "NOPERM");
    }

    @Test
    void that_forbids_what_scripts_do_fails_and_keeps_nothing_for_long() {
      redis.configure("ACL", "SETUSER", "default", "-hdel", "-unlink");
      assertStopped(Step.RELEASE, Cause.FORBIDDEN, "NOPERM");
      redis.command("KEYS", "*").lines().forEach(this::assertItGoesByItself);
    }

    private void assertItGoesByItself(String name) {
      assertThat(Long.parseLong(redis.command("PTTL", name)))
          .isBetween(-2L, 10_000L)
          .isNotEqualTo(-1);
    }

    @Test
    void of_other_names_fails_the_first_step() {
      redis.configure("ACL", "SETUSER", "default", "resetkeys", "~other:*");
      assertStopped(Step.CLAIM, Cause.FORBIDDEN, "NOPERM");
    }

    @Test
    void that_is_full_says_so_and_when_it_refuses() {
      redis.configure("CONFIG", "SET", "maxmemory", "1");
      assertStopped(Step.CLAIM, Cause.FULL, "OOM");
      assertThat(probe.refusesBeyond()).hasValue(1);
    }

    @Test
    void that_makes_room_by_itself_refuses_nothing() {
      redis.configure("CONFIG", "SET", "maxmemory", "100mb");
      redis.configure("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
      assertThat(probe.refusesBeyond()).isEmpty();
    }

    @Test
    void that_is_a_replica_says_so() {
      redis.configure("REPLICAOF", "127.0.0.1", Integer.toString(redis.port()));
      assertStopped(Step.CLAIM, Cause.READ_ONLY, "READONLY");
    }

    @Test
    void that_forbids_to_be_told_of_changes_says_so() {
      redis.configure("ACL", "SETUSER", "default", "-client");
      var failure = new Failed(Cause.FORBIDDEN, "Redis answered NOPERM.");
      assertAllIsWell(probe, new Notifications.Refused(failure));
    }

    @Test
    void that_is_dead_takes_no_connection() {
      redis.kill();
      var connected = probe.connect();
      redis.restart();
      assertThat(connected).isEqualTo(stopped(Obstacle.NO_CONNECTION));
    }

    @Test
    void that_is_held_still_does_not_answer_in_time() {
      redis.pause();
      try (var hasty = probe(standalone(redis), NOBODY, NONE, Duration.ofMillis(300))) {
        assertThat(hasty.connect())
            .isEqualTo(
                new ConnectResult.Stopped(Obstacle.TIMEOUT, "Redis did not answer in time."));
      } finally {
        redis.resume();
      }
    }

    @Test
    void that_has_a_password_wants_it() {
      try (var locked = RedisProcess.start("--requirepass", "another");
          var nameless = probe(standalone(locked), NOBODY, NONE);
          var login = probe(standalone(locked), as(""), NONE)) {
        assertThat(nameless.connect()).isEqualTo(answered(Obstacle.LOGIN_WANTED, "NOAUTH"));
        assertThat(login.connect()).isEqualTo(answered(Obstacle.LOGIN_REFUSED, "WRONGPASS"));
      }
    }

    @Test
    void may_forbid_even_a_greeting() {
      redis.configure("ACL", "SETUSER", "default", "-ping");
      assertThat(probe.connect()).isEqualTo(answered(Obstacle.FORBIDDEN, "NOPERM"));
    }

    @Test
    void is_no_cluster() {
      try (var mistaken = probe(cluster(redis), NOBODY, NONE)) {
        assertThat(mistaken.connect()).isEqualTo(answered(Obstacle.ERROR, "ERR"));
      }
    }

    @Test
    void is_no_sentinel() {
      try (var mistaken = probe(sentinel("main", redis), NOBODY, NONE)) {
        assertThat(mistaken.connect())
            .isEqualTo(
                new ConnectResult.Stopped(
                    Obstacle.UNKNOWN_MASTER, "The sentinels name no primary."));
      }
    }
  }

  private static ConnectResult stopped(Obstacle obstacle) {
    return new ConnectResult.Stopped(obstacle, "Redis cannot be reached.");
  }

  private static ConnectResult answered(Obstacle obstacle, String code) {
    return new ConnectResult.Stopped(obstacle, "Redis answered " + code + ".");
  }

  @Test
  void a_name_that_is_unknown_is_told() {
    try (var probe = probe(standalone("redis.invalid", 6379), NOBODY, NONE)) {
      assertThat(probe.connect()).isEqualTo(stopped(Obstacle.UNKNOWN_NAME));
    }
  }

  @Nested
  class Behind_a_sentinel {
    private static final RedisProcess REDIS = RedisProcess.start();
    private static final RedisProcess SENTINEL = RedisSentinels.sentinel(REDIS);

    @AfterAll
    static void end() {
      SENTINEL.close();
      REDIS.close();
    }

    @Test
    void all_is_well() {
      try (var probe = probe(sentinel(RedisSentinels.MASTER, SENTINEL), NOBODY, NONE)) {
        assertAllIsWell(probe, new Notifications.Received());
      }
    }

    @Test
    void the_master_has_another_name() {
      try (var probe = probe(sentinel("other", SENTINEL), NOBODY, NONE)) {
        assertThat(probe.connect())
            .isEqualTo(
                new ConnectResult.Stopped(
                    Obstacle.UNKNOWN_MASTER, "The sentinels name no primary."));
      }
    }

    @Test
    void the_sentinel_is_dead() {
      try (var probe = probe(sentinel(RedisSentinels.MASTER, FreePort.next()), NOBODY, NONE)) {
        assertThat(probe.connect()).isEqualTo(stopped(Obstacle.NO_CONNECTION));
      }
    }
  }

  @Nested
  class A_cluster {
    private static final RedisCluster CLUSTER = RedisCluster.start();

    @AfterAll
    static void end() {
      CLUSTER.close();
    }

    @Test
    void does_all_that_is_asked_for_a_user_with_the_least_rights_and_tells_of_no_changes() {
      var node = CLUSTER.nodes().getFirst();
      try (var probe = probe(cluster(node), as("orders"), NONE)) {
        CLUSTER.nodes().forEach(each -> admit(each, "orders", probe));
        assertAllIsWell(probe, new Notifications.NotOnClusters());
        assertThat(probe.rights()).as("while slots are moved").contains(" +asking");
      }
    }

    @Test
    void that_does_not_take_the_login_is_not_taken_for_dead() {
      try (var probe = probe(cluster(CLUSTER.nodes().getFirst()), as("stranger"), NONE)) {
        assertThat(probe.connect()).isEqualTo(answered(Obstacle.LOGIN_REFUSED, "WRONGPASS"));
      }
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

    private void assertGreeting(ConnectResult greeting, String host, int port, Tls encryption) {
      try (var probe = probe(standalone(host, port), NOBODY, encryption)) {
        assertThat(probe.connect()).isEqualTo(greeting);
      }
    }

    @Test
    void all_is_well() {
      try (var probe = probe(standalone("localhost", REDIS.tlsPort()), NOBODY, TRUSTING)) {
        assertAllIsWell(probe, new Notifications.Received());
      }
    }

    @Test
    void the_authority_is_not_trusted() {
      assertGreeting(
          stopped(Obstacle.UNTRUSTED),
          "localhost",
          REDIS.tlsPort(),
          new Tls.On(new Trust.SystemAuthorities()));
    }

    @Test
    void the_certificate_is_of_another_host() {
      assertGreeting(stopped(Obstacle.OTHER_NAME), "127.0.0.1", REDIS.tlsPort(), TRUSTING);
    }

    /** It takes the greeting for the beginning of a command, and waits for the end. */
    @Test
    void a_server_without_tls_is_not_connected_to() {
      var servers = standalone("localhost", REDIS.port());
      try (var probe = probe(servers, NOBODY, TRUSTING, Duration.ofMillis(300))) {
        assertThat(probe.connect()).isInstanceOf(ConnectResult.Stopped.class);
      }
    }

    @Test
    void the_file_of_authorities_counts_as_soon_as_it_is_there(@TempDir Path folder)
        throws IOException {
      var file = folder.resolve("ca.pem");
      var servers = standalone("localhost", REDIS.tlsPort());
      try (var probe = probe(servers, NOBODY, RedisConfigs.trusting(file))) {
        assertThat(probe.connect()).isInstanceOf(ConnectResult.Stopped.class);
        Files.copy(CERTIFICATES.authorityFile(), file);
        assertThat(probe.connect()).isEqualTo(new ConnectResult.Answered());
      }
    }

    @Test
    void what_listens_for_tls_alone_breaks_a_connection_without() {
      assertGreeting(stopped(Obstacle.NO_CONNECTION), "localhost", REDIS.tlsPort(), NONE);
    }
  }
}
