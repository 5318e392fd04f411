package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} as a doctor of what agents share, with real servers and the emulated cloud. */
final class CheckTheSharedCacheTest {
  private static final String CANARY = "canary-7f3a";
  private static final String ENCRYPTION_KEY = "Y2FuYXJ5LTdmM2EtY2FuYXJ5LTdmM2EtY2FuYXJ5LTc=";

  @TempDir private Path folder;
  private KmsEmulator emulator;
  private RedisProcess redis;

  /** It takes milliseconds; a machine that does much else gets time. */
  private int timeoutMillis = 10_000;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("LTAIcheck", CANARY).start();
    redis = RedisProcess.start();
  }

  @AfterEach
  void stop() throws IOException {
    redis.close();
    emulator.close();
  }

  private CommandRun check(String cache, String... options) throws IOException {
    return checkAt("127.0.0.1:" + redis.port(), cache, options);
  }

  private CommandRun checkAt(String address, String cache, String... options) throws IOException {
    var toml =
        """
        [KMS]
        Region = "cn-hangzhou"
        Protocol = "http"
        Endpoint = "127.0.0.1:%d"
        ReadTimeoutMillis = 20000
        CredentialType = "AccessKey"
        AccessKeyId = "LTAIcheck"
        AccessKeySecret = "%s"
        [Cache]
        CacheType = "Redis"
        [Cache.Redis]
        Addresses = ["%s"]
        EncryptionKey = "%s"
        TimeoutMillis = %d
        %s
        """
            .formatted(emulator.port(), CANARY, address, ENCRYPTION_KEY, timeoutMillis, cache);
    var file = Files.writeString(folder.resolve("config.toml"), toml);
    var arguments = new ArrayList<>(List.of("check", file.toString()));
    Collections.addAll(arguments, options);
    var run =
        CommandRun.in(
            Map.of("KMS_TOKEN", "some-token-of-some-length"),
            false,
            arguments.toArray(String[]::new));
    assertThat(run.out() + run.err())
        .doesNotContain(CANARY, ENCRYPTION_KEY, "some-token-of-some-length");
    return run;
  }

  /** What is wrong with the shared cache keeps no agent from its work. */
  private static void assertNoProblem(CommandRun run) {
    assertThat(run.out()).endsWith("No problem was found.\n");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.err()).isEmpty();
  }

  private static void assertWarning(CommandRun run, String subject, String... words) {
    assertThat(run.out()).containsPattern("warning +" + subject + " ").contains(words);
    assertNoProblem(run);
  }

  private static String login(String user) {
    return """
    Username = "%s"
    Password = "%s"
    """
        .formatted(user, CANARY);
  }

  private void admit(String user, String... rights) {
    var command = new ArrayList<>(List.of("ACL", "SETUSER", user, "on", ">" + CANARY));
    Collections.addAll(command, rights);
    redis.configure(command.toArray(String[]::new));
  }

  @Nested
  final class Where_all_is_well {

    @Test
    void each_step_is_reported_and_nothing_is_left_behind() throws IOException {
      admit("orders", "~kms-agent:*", "+@all");

      var run = check(login("orders"));

      assertThat(run.out())
          .contains("over Redis at 127.0.0.1:" + redis.port() + ", without TLS.")
          .containsPattern("ok +Redis answer +127.0.0.1:.* answers, and takes the login.")
          .containsPattern("ok +Redis entries +One was written, read, revoked and taken away.")
          .containsPattern("ok +Redis changes ")
          .doesNotContain("warning");
      assertNoProblem(run);
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
    }

    @Test
    void it_is_looked_at_after_the_identity_and_before_the_secrets() throws IOException {
      var run = check("", "--secret", "app/db");

      assertThat(run.out())
          .containsSubsequence("KMS answer", "credentials", "Redis answer", "secret app/db");
    }

    @Test
    void over_tls() throws IOException {
      var certificates = RedisCertificates.of("localhost");
      try (var secured = RedisProcess.startWithTls(certificates)) {
        var run = checkAt("localhost:" + secured.tlsPort(), tls(certificates));

        assertThat(run.out())
            .contains(", with TLS.")
            .containsPattern("ok +Redis answer ")
            .doesNotContain("warning");
      }
    }

    @Test
    void behind_a_sentinel() throws IOException {
      try (var sentinel = RedisSentinels.sentinel(redis)) {
        var run = checkAt("127.0.0.1:" + sentinel.port(), sentinel(RedisSentinels.MASTER));

        assertThat(run.out())
            .contains("over the Redis that the sentinels at 127.0.0.1:", " call main,")
            .containsPattern("ok +Redis changes ");
        assertNoProblem(run);
      }
    }

    @Test
    void a_cluster_is_known_to_tell_of_no_changes() throws IOException {
      try (var cluster = RedisCluster.start()) {
        var address = "127.0.0.1:" + cluster.nodes().getFirst().port();
        var run = checkAt(address, "Mode = 'Cluster'");

        assertThat(run.out())
            .contains("over the Redis cluster at " + address)
            .containsPattern("ok +Redis entries ")
            .containsPattern("skipped +Redis changes .* after 1000 ms");
        assertNoProblem(run);
      }
    }
  }

  private static String tls(RedisCertificates certificates) {
    return """
    Tls = true
    CaFile = "%s"
    """
        .formatted(certificates.authorityFile());
  }

  private static String sentinel(String master) {
    return """
    Mode = "Sentinel"
    SentinelMaster = "%s"
    """
        .formatted(master);
  }

  @Nested
  final class A_redis_that_does_not_answer {

    private void assertToldWithWhatFollows(CommandRun run, String... words) {
      assertWarning(run, "Redis answer", words);
      assertThat(run.out())
          .contains("The agent works without it: reads go on from KMS.")
          .doesNotContain("Redis entries");
    }

    @Test
    void is_dead() throws IOException {
      redis.kill();
      assertToldWithWhatFollows(check(""), "The connection was refused or broke");
    }

    @Test
    void is_held_still() throws IOException {
      redis.pause();
      timeoutMillis = 100;
      assertToldWithWhatFollows(check(""), "No answer within 100 ms (Cache.Redis.TimeoutMillis)");
    }

    @Test
    void has_a_name_that_nobody_knows() throws IOException {
      assertToldWithWhatFollows(
          checkAt("redis.invalid:6379", ""), "redis.invalid:6379: The name is unknown to DNS");
    }

    @Test
    void refuses_the_password() throws IOException {
      redis.configure("CONFIG", "SET", "requirepass", "another");
      assertToldWithWhatFollows(
          check("Password = '" + CANARY + "'"), "It does not take the login (WRONGPASS)");
    }

    @Test
    void wants_a_password() throws IOException {
      redis.configure("CONFIG", "SET", "requirepass", "another");
      assertToldWithWhatFollows(
          check(""), "It requires a login (NOAUTH): give Cache.Redis.Password");
    }

    @Test
    void forbids_even_a_greeting() throws IOException {
      admit("orders", "~*", "+@all", "-ping");
      assertToldWithWhatFollows(check(login("orders")), "ACL SETUSER orders ~kms-agent:* +ping");
    }

    @Test
    void is_no_cluster() throws IOException {
      assertToldWithWhatFollows(check("Mode = 'Cluster'"), "Does Cache.Redis.Mode fit");
    }

    @Test
    void is_no_sentinel() throws IOException {
      assertToldWithWhatFollows(check(sentinel("main")), "is Cache.Redis.SentinelMaster right");
    }

    @Test
    void has_a_certificate_that_is_not_trusted() throws IOException {
      try (var secured = RedisProcess.startWithTls(RedisCertificates.of("localhost"))) {
        assertToldWithWhatFollows(
            checkAt("localhost:" + secured.tlsPort(), "Tls = true"),
            "give it in Cache.Redis.CaFile");
      }
    }

    @Test
    void has_a_certificate_of_another_host() throws IOException {
      var certificates = RedisCertificates.of("localhost");
      try (var secured = RedisProcess.startWithTls(certificates)) {
        assertToldWithWhatFollows(
            checkAt("127.0.0.1:" + secured.tlsPort(), tls(certificates)),
            "Its certificate is for another host");
      }
    }
  }

  @Nested
  final class A_redis_that_does_not_do_everything {

    @Test
    void forbids_scripts_and_it_is_said_what_to_allow() throws IOException {
      admit("orders", "~*", "+@all", "-eval", "-evalsha");

      var run = check(login("orders"));

      assertThat(run.out()).containsPattern("ok +Redis answer ");
      assertWarning(
          run,
          "Redis entries",
          "cannot claim a lease there: the user orders lacks rights (NOPERM)",
          "ACL SETUSER orders ~kms-agent:* +ping +evalsha +eval +time ",
          "reads go on from KMS");
    }

    @Test
    void is_full() throws IOException {
      redis.configure("CONFIG", "SET", "maxmemory", "1");
      assertWarning(check(""), "Redis entries", "it is full (OOM)", "volatile-lru");
    }

    @Test
    void is_a_replica() throws IOException {
      redis.configure("REPLICAOF", "127.0.0.1", Integer.toString(redis.port()));
      assertWarning(check(""), "Redis entries", "takes no writes (READONLY)");
    }

    @Test
    void is_one_of_a_cluster() throws IOException {
      try (var node = RedisProcess.start("--cluster-enabled", "yes")) {
        assertWarning(
            checkAt("127.0.0.1:" + node.port(), ""),
            "Redis entries",
            "Cache.Redis.Mode must be \"Cluster\"");
      }
    }

    @Test
    void forbids_to_be_told_of_changes() throws IOException {
      redis.configure("ACL", "SETUSER", "default", "-client", "+client|setname");

      var run = check("LocalTtlMillis = 250");

      assertThat(run.out()).containsPattern("ok +Redis entries ");
      assertWarning(
          run,
          "Redis changes",
          "the user default lacks rights (NOPERM)",
          "checked again after 250 ms (Cache.Redis.LocalTtlMillis)");
    }

    @Test
    void takes_nothing_new_when_it_is_full() throws IOException {
      redis.configure("CONFIG", "SET", "maxmemory", "104857600");
      assertWarning(
          check(""), "Redis memory", "104857600 bytes it takes nothing new", "noeviction");
    }
  }

  @Nested
  final class A_password_in_clear {
    private static final String SAID = "It goes over the network in clear: set Cache.Redis.Tls.";

    @Test
    void is_told_where_it_leaves_the_machine() throws IOException {
      var run = checkAt("redis.invalid:6379", login("orders"));
      assertWarning(run, "Redis password", SAID, "Entries are sealed all the same.");
    }

    @Test
    void is_no_matter_on_loopback() throws IOException {
      redis.kill();
      assertThat(check(login("orders")).out()).doesNotContain(SAID);
      assertThat(checkAt("[::1]:" + redis.port(), login("orders")).out()).doesNotContain(SAID);
      assertThat(checkAt("localhost:" + redis.port(), login("orders")).out()).doesNotContain(SAID);
    }

    @Test
    void is_none_where_there_is_tls_or_no_password() throws IOException {
      assertThat(checkAt("redis.invalid:6379", login("orders") + "Tls = true").out())
          .doesNotContain(SAID);
      assertThat(checkAt("redis.invalid:6379", "").out()).doesNotContain(SAID);
    }
  }

  @Test
  void offline_nobody_is_asked() throws IOException {
    var run = check("", "--offline");

    assertThat(run.out()).contains("It shares what it reads").doesNotContain("Redis answer");
    assertThat(redis.command("INFO", "commandstats")).doesNotContain("cmdstat_hello");
  }
}
