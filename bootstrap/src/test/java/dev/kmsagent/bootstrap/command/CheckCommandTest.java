package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CheckCommandTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("KMS_TOKEN", "some-token-of-some-length", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary");

  @TempDir private Path folder;

  private Path file(String toml) throws IOException {
    return Files.writeString(folder.resolve("config.toml"), toml);
  }

  private CommandRun check(Map<String, String> environment, String toml) throws IOException {
    return CommandRun.in(environment, false, "check", "--offline", file(toml).toString());
  }

  @Test
  void a_good_file_comes_to_values_with_their_origins_and_a_plan() throws IOException {
    var run = check(ENVIRONMENT, "[KMS]\nRegion = 'cn-hangzhou'\n");

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .containsPattern("KMS.Region +=.*cn-hangzhou.*config.toml:2")
        .containsPattern("Server.HttpPort += 2025 +# default")
        .contains("It reads secrets from https://kms.cn-hangzhou.aliyuncs.com")
        .contains("The token comes from KMS_TOKEN.")
        .endsWith("No problem was found.\n");
  }

  @Test
  void secrets_are_not_shown() throws IOException {
    var run =
        check(
            ENVIRONMENT,
            """
            [KMS]
            Region = "cn-hangzhou"
            CredentialType = "AccessKey"
            AccessKeyId = "id"
            """);

    assertThat(run.out()).containsPattern("KMS.AccessKeySecret += \\*\\*\\*");
    assertThat(run.out() + run.err())
        .doesNotContain("canary")
        .doesNotContain("some-token-of-some-length");
  }

  private String planOfSharing(String redis) throws IOException {
    return check(
            ENVIRONMENT,
            """
            [KMS]
            Region = "cn-hangzhou"
            CredentialType = "EcsRamRole"
            [Cache]
            CacheType = "Redis"
            [Cache.Redis]
            EncryptionKey = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ="
            Password = "canary"
            """
                + redis)
        .out();
  }

  @Test
  void a_plan_tells_with_whom_what_is_read_is_shared_and_over_which_servers() throws IOException {
    assertThat(planOfSharing("Addresses = ['redis.example:6379']"))
        .contains("It shares what it reads with the agents of its identity, over ")
        .contains("over Redis at redis.example:6379, without TLS and with its password in clear.")
        .doesNotContain("canary", "Y2FuYXJ5");
    assertThat(planOfSharing("Addresses = ['a:1', 'b:2']\nMode = 'Cluster'\nTls = true"))
        .contains("over the Redis cluster at a:1, b:2, with TLS.");
    assertThat(planOfSharing("Addresses = ['a:1']\nMode = 'Sentinel'\nSentinelMaster = 'main'"))
        .contains("over the Redis that the sentinels at a:1 call main, without TLS and");
  }

  @Test
  void everything_wrong_is_said_in_one_go() throws IOException {
    var run = check(ENVIRONMENT, "[Servr]\nHttpPort = 1\n[Cache]\nTtlSeconds = 'x'\n");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains("Servr", "Cache.TtlSeconds", "KMS.Region");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "OTHER, x, problem +token +no token: none of KMS_TOKEN,",
    "KMS_TOKEN, file:/absent, problem +token +KMS_TOKEN: the value begins with file:",
    "KMS_TOKEN, /absent/token, warning +token +KMS_TOKEN begins with /",
    "KMS_TOKEN, short, warning +token .* has less than 16 characters"
  })
  void a_token_that_is_missing_is_a_problem_and_a_doubtful_one_a_warning(
      String variable, String value, String finding) throws IOException {
    var run = check(Map.of(variable, value), "[KMS]\nRegion = 'cn-hangzhou'\n");

    assertThat(run.status())
        .isEqualTo(finding.startsWith("problem") ? ExitStatus.FAILED : ExitStatus.DONE);
    assertThat(run.out()).containsPattern(finding).doesNotContain("absent");
  }

  @Test
  void a_log_folder_that_cannot_be_made_is_a_problem_of_the_world() throws IOException {
    var taken = Files.createFile(folder.resolve("taken"));

    var run =
        check(
            ENVIRONMENT,
            "[KMS]\nRegion = 'cn-hangzhou'\n[Log]\nLogPath = '" + taken.resolve("logs") + "'\n");

    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.out())
        .contains("Log.LogPath: " + taken + " is not a folder that can be written to");
  }

  @ParameterizedTest
  @CsvSource({
    "1000, ok +cache size .* leave 67108 bytes for each",
    "20000, warning +cache size .* leave 3355 bytes .* raise Cache.MaxBytes"
  })
  void a_limit_in_bytes_that_evicts_before_the_one_in_secrets_is_a_warning(
      int secrets, String finding) throws IOException {
    var run = check(ENVIRONMENT, "[KMS]\nRegion = 'cn-hangzhou'\n[Cache]\nCacheSize = " + secrets);

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).containsPattern(finding);
  }

  @Test
  void a_log_folder_that_can_be_made_is_none_and_is_not_made() throws IOException {
    var logs = folder.resolve("var/log");

    var run =
        check(ENVIRONMENT, "[KMS]\nRegion = 'cn-hangzhou'\n[Log]\nLogPath = '" + logs + "'\n");

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(logs).doesNotExist();
  }

  @Test
  void a_file_that_is_not_there_is_wrong_configuration() {
    var run = CommandRun.in(ENVIRONMENT, false, "check", folder.resolve("none.toml").toString());

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains("none.toml");
  }
}
