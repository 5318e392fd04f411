package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.credentials.exception.CredentialException;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CredentialFailureTest {
  private static final String CHAIN =
      "Unable to load credentials from any of the providers in the chain: [";

  /** What a machine without any credentials says. */
  private static final String NOTHING =
      CHAIN
          + "EnvironmentVariableCredentialsProvider: Environment variable accessKeyId cannot be"
          + " empty., ProfileCredentialsProvider: Unable to open credentials file: /root/x.,"
          + " EcsRamRoleCredentialProvider: ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error refreshing credentials from OIDC, HttpCode: 0, result: .",
        "Error refreshing credentials from OIDC, HttpCode: 503, result: <html>.",
        "Error refreshing credentials from RamRoleArn, HttpCode: 429, result: {}.",
        "Failed to get RAM session credentials from ECS metadata service. HttpCode=500",
        "Failed to connect RamRoleArn Service: java.net.ConnectException: Connection refused",
        "Failed to connect ECS Metadata Service: java.net.SocketTimeoutException",
        "Failed to get RAM session credentials from ECS metadata service. HttpCode=0",
        CHAIN
            + "OIDCRoleArnCredentialProvider: Error .., HttpCode: 0, result: ., X: HttpCode: 403]",
        CHAIN + "URLCredentialProvider: Failed to connect Server: java.net.ConnectException]"
      })
  void who_could_not_be_asked_may_answer_later(String text) {
    assertThat(reason(text)).extracting("cause").isEqualTo(Unavailable.Cause.CREDENTIALS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Failed to connect ECS Metadata Service: java.net.ConnectException: Connection refused]",
        "Failed to get RAM session credentials from ECS metadata service. HttpCode=0]",
        "IMDS credentials is disabled.]"
      })
  void nothing_configured_and_no_metadata_service_says_what_to_set(String metadata) {
    assertThat(reason(NOTHING + metadata))
        .isInstanceOfSatisfying(
            IdentityRefused.class,
            refused -> {
              assertThat(refused.code()).isEmpty();
              assertThat(refused.detail())
                  .contains("KMS.CredentialType", "ALIBABA_CLOUD_ACCESS_KEY_ID");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "401, AuthenticationFail.OIDCToken.Invalid",
    "401, AuthenticationFail.NoPermission",
    "404, InvalidAccessKeyId.NotFound",
    "403, NoPermission"
  })
  void a_refusal_of_sts_is_about_our_identity(int status, String code) {
    assertThat(reason(answer(status, code)))
        .isInstanceOf(IdentityRefused.class)
        .extracting("code")
        .isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"401, AuthenticationFail.OIDCToken.Expired", "400, Throttling.User"})
  void some_refusals_of_sts_pass(int status, String code) {
    assertThat(reason(answer(status, code))).extracting("code").isEqualTo(code);
  }

  @Test
  void the_cause_of_an_exception_is_read_as_well() {
    var failure =
        new CredentialException(
            "Failed to refresh credentials.", new CredentialException(answer(401, "A.B")));
    assertThat(CredentialFailure.reason(failure))
        .isInstanceOf(IdentityRefused.class)
        .extracting("code")
        .isEqualTo("A.B");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 401, 503})
  void no_answer_of_sts_is_quoted(int status) {
    var text =
        "Error refreshing credentials from OIDC, HttpCode: "
            + status
            + ", result: {\"AccessKeySecret\":\"confidential\"}.";
    assertThat(reason(text).toString()).doesNotContain("confidential");
  }

  @Test
  void another_exception_passes_and_is_not_quoted() {
    var reason = CredentialFailure.reason(new IllegalStateException("confidential"));
    assertThat(reason).isInstanceOf(Unavailable.class);
    assertThat(reason.toString()).doesNotContain("confidential");
  }

  private static NoSecret reason(String text) {
    return CredentialFailure.reason(new CredentialException(text));
  }

  private static String answer(int status, String code) {
    return "Error refreshing credentials from OIDC, HttpCode: %d, result: {\"Code\": \"%s\"}."
        .formatted(status, code);
  }
}
