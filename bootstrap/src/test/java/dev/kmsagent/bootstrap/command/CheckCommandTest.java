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

/** What {@code check} says without calling a service. */
final class CheckCommandTest {
  private static final String TOKEN = "some-token-of-some-length";

  @TempDir private Path folder;

  private CommandRun check(String variable, String value, String toml) throws IOException {
    var file = Files.writeString(folder.resolve("config.toml"), toml);
    var environment = Map.of(variable, value, "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary");
    return CommandRun.in(environment, false, "check", "--offline", file.toString());
  }

  @Test
  void a_good_file_comes_to_values_with_their_origins_and_no_secrets() throws IOException {
    var run =
        check(
            "KMS_TOKEN",
            TOKEN,
            """
            [KMS]
            Region = "cn-hangzhou"
            CredentialType = "AccessKey"
            AccessKeyId = "id"
            """);

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .containsPattern("KMS.Region +=.*cn-hangzhou.*config.toml:2")
        .containsPattern("Server.HttpPort += 2025 +# default")
        .containsPattern("KMS.AccessKeySecret += \\*\\*\\*")
        .contains("The token comes from KMS_TOKEN.")
        .endsWith("No problem was found.\n");
    assertThat(run.out() + run.err()).doesNotContain("canary", TOKEN);
  }

  @Test
  void everything_wrong_is_said_in_one_go() throws IOException {
    var run = check("KMS_TOKEN", TOKEN, "[Servr]\nHttpPort = 1\n[Cache]\nTtlSeconds = 'x'\n");

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
    var run = check(variable, value, "[KMS]\nRegion = 'cn-hangzhou'\n");

    assertThat(run.status())
        .isEqualTo(finding.startsWith("problem") ? ExitStatus.FAILED : ExitStatus.DONE);
    assertThat(run.out()).containsPattern(finding).doesNotContain("absent");
  }
}
