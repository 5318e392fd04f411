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
  void a_good_file_comes_to_values_with_their_origins() throws IOException {
    var run = check(ENVIRONMENT, "[KMS]\nRegion = 'cn-hangzhou'\n");

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .containsPattern("KMS.Region +=.*cn-hangzhou.*config.toml:2")
        .containsPattern("Server.HttpPort += 2025 +# default")
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
  void a_file_that_is_not_there_is_wrong_configuration() {
    var run = CommandRun.in(ENVIRONMENT, false, "check", folder.resolve("none.toml").toString());

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains("none.toml");
  }
}
