package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.TomlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings that stand for a variable or a file. */
class ReferencesTest {
  private static final String SECRET = "KMS_AGENT_KMS_ACCESSKEYSECRET";
  private static final String TOKEN = "KMS_AGENT_KMS_SECURITYTOKEN";

  @TempDir Path folder;

  @Test
  void a_string_can_come_from_a_variable() {
    Attempt attempt = region("${ENV:MY_REGION}").with("MY_REGION", "cn-shanghai");

    assertThat(attempt.setting("KMS.Region"))
        .isEqualTo(
            new Setting(
                "KMS.Region",
                "\"cn-shanghai\"",
                Origin.line("config.toml", 2).through("${ENV:MY_REGION}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cn-shanghai", "cn-shanghai\n", "cn-shanghai\r\n"})
  void a_string_can_come_from_a_file_without_its_final_newline(String content) throws IOException {
    Files.writeString(folder.resolve("region"), content);

    assertThat(
            region("${FILE:" + folder.resolve("region") + "}").setting("KMS.Region").shownValue())
        .isEqualTo("\"cn-shanghai\"");
  }

  @Test
  void only_one_newline_is_dropped() throws IOException {
    Files.writeString(folder.resolve("secret"), "s3cr3t\n\n");

    assertThat(accessKey().with(SECRET, "${FILE:secret}").config().kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "LTAI5t", new ConfidentialText("s3cr3t\n"), Optional.empty()));
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

  @Test
  void an_item_of_a_list_can_be_a_reference() {
    assertThat(
            Attempt.inHangzhou("[Server]\nAllowedHosts = [\"a\", \"${ENV:HOST}\"]\n")
                .with("HOST", "b")
                .config()
                .server()
                .guard()
                .allowedHosts())
        .containsExactly("a", "b");
  }

  @Test
  void a_variable_that_is_not_set_is_a_problem() {
    assertThat(region("${ENV:MY_REGION}").messages())
        .containsExactly(
            "config.toml:2: KMS.Region refers to a variable that is not set; found"
                + " ${ENV:MY_REGION}");
  }

  @Test
  void a_file_that_is_missing_is_a_problem() {
    assertThat(region("${FILE:/nowhere/at/all}").messages())
        .containsExactly(
            "config.toml:2: KMS.Region refers to a file that does not exist; found"
                + " ${FILE:/nowhere/at/all}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kms.${ENV:X}.aliyuncs.com",
        "${ENV:}",
        "${ENV:X",
        "${ENV:X}${ENV:Y}",
        "${FILE:}",
        "${env:X}",
        "${X}"
      })
  void a_reference_that_is_not_the_whole_string_is_a_problem(String endpoint) {
    assertThat(Attempt.inHangzhou("").with("KMS_AGENT_KMS_ENDPOINT", endpoint).messages())
        .containsExactly(
            "environment variable KMS_AGENT_KMS_ENDPOINT: KMS.Endpoint must be \"${ENV:NAME}\" or"
                + " \"${FILE:/path}\" as a whole; found a part of the string");
  }

  @Test
  void a_bad_value_behind_a_reference_is_not_shown() {
    assertThat(region("${ENV:MY_REGION}").with("MY_REGION", "Not A Region").messages())
        .containsExactly(
            "config.toml:2: KMS.Region is not allowed; found what ${ENV:MY_REGION} stands for;"
                + " allowed: a region id such as \"cn-hangzhou\"");
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

  private static Attempt region(String reference) {
    return Attempt.of("[KMS]\nRegion = " + TomlValue.literal(reference) + "\n");
  }
}
