package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings that stand for a file; those that stand for a variable are in {@code cases}. */
class ReferencesTest {

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
    var attempt = Attempt.inHangzhou("[KMS]\nAccessKeySecret = \"${FILE:secret}\"\n").in(folder);
    assertThat(attempt.given("KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey").given("KEY").config())
        .extracting(config -> config.kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "LTAI5t", new ConfidentialText("s3cr3t\n"), Optional.empty()));
  }
}
