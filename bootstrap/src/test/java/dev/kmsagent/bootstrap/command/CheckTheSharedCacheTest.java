package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} with a shared cache: a real server, on which the tests take turns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckTheSharedCacheTest {
  private static final String CANARY = "canary-7f3a";
  private static final String ENCRYPTION_KEY = "Y2FuYXJ5LTdmM2EtY2FuYXJ5LTdmM2EtY2FuYXJ5LTc=";

  private final RedisProcess redis = RedisProcess.start();
  @TempDir private Path folder;
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("LTAIcheck", CANARY).start();
    redis.reset();
    redis.configure("CONFIG", "RESETSTAT");
  }

  @AfterEach
  void stop() throws IOException {
    emulator.close();
  }

  @AfterAll
  void end() {
    redis.close();
  }

  private CommandRun check(String cache, String... options) throws IOException {
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
        Addresses = ["127.0.0.1:%d"]
        EncryptionKey = "%s"
        TimeoutMillis = 10000
        %s
        """
            .formatted(emulator.port(), CANARY, redis.port(), ENCRYPTION_KEY, cache);
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

  private static String login(String user) {
    return """
    Username = "%s"
    Password = "%s"
    """
        .formatted(user, CANARY);
  }

  @Test
  void it_is_tried_after_the_identity_and_before_the_secrets_and_nothing_is_left()
      throws IOException {
    redis.configure(("ACL SETUSER orders on >" + CANARY + " ~kms-agent:* +@all").split(" "));

    var run = check(login("orders"), "--secret", "app/db");

    assertThat(run.out())
        .containsPattern("ok +Redis entries +One was written, read, revoked and taken away.")
        .containsSubsequence("KMS answer", "credentials", "Redis entries", "secret app/db");
    assertThat(redis.command("DBSIZE")).isEqualTo("0");
  }

  @Test
  void an_obstacle_is_a_warning_since_agents_work_without() throws IOException {
    redis.configure("ACL", "SETUSER", "orders", "on", ">another");

    var run = check(login("orders"));

    assertThat(run.out())
        .containsPattern("warning +Redis entries +Redis answered WRONGPASS. Are Cache.Redis.User")
        .contains("The agent works without it: reads go on from KMS.")
        .endsWith("No problem was found.\n");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void offline_redis_is_not_called() throws IOException {
    var run = check("", "--offline");

    assertThat(run.out()).doesNotContain("Redis entries");
    assertThat(redis.command("INFO", "commandstats")).doesNotContain("cmdstat_hello");
  }
}
