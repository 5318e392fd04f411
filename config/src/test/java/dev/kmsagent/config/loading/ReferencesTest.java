package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings that stand for a file; those that stand for a variable are in {@code cases}. */
class ReferencesTest {
  private static final String SECRET = "KMS_AGENT_KMS_ACCESSKEYSECRET";
  private static final String TOKEN = "KMS_AGENT_KMS_SECURITYTOKEN";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"cn-shanghai", "cn-shanghai\n", "cn-shanghai\r\n"})
  void a_string_can_come_from_a_file_without_its_final_newline(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("region"), content);
    Attempt attempt = Attempt.of("[KMS]\nRegion = \"${FILE:" + file + "}\"\n");
    assertThat(attempt.setting("KMS.Region").shownValue()).isEqualTo("\"cn-shanghai\"");
  }

  @Test
  void only_one_newline_is_dropped() throws IOException {
    Files.writeString(folder.resolve("secret"), "s3cr3t\n\n");
    assertThat(accessKey().with(SECRET, "${FILE:secret}").config().kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "LTAI5t", new ConfidentialText("s3cr3t\n"), Optional.empty()));
  }

  @Test
  void a_secret_may_contain_what_a_shell_would_expand() {
    assertThat(accessKey().with(SECRET, "${X}").config().kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "LTAI5t", new ConfidentialText("${X}"), Optional.empty()));
    assertThat(accessKey().with(SECRET, "${file:x}").messages())
        .singleElement(STRING)
        .contains("must be \"${ENV:NAME}\"");
  }

  @ParameterizedTest
  @CsvSource({SECRET + ", KMS.AccessKeySecret", TOKEN + ", KMS.SecurityToken"})
  void a_part_of_an_access_key_from_a_blank_file_is_a_problem(String variable, String key)
      throws IOException {
    Files.writeString(folder.resolve("blank"), "\n \n\n");
    assertThat(accessKey().with(SECRET, "s3cr3t").with(variable, "${FILE:blank}").messages())
        .containsExactly(
            "environment variable %s: %s is empty; found what ${FILE:blank} stands for;"
                    .formatted(variable, key)
                + " allowed: a secret, not empty");
  }

  private Attempt accessKey() {
    return Attempt.inHangzhou("[KMS]\nCredentialType = \"AccessKey\"\n")
        .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
        .in(folder);
  }
}
