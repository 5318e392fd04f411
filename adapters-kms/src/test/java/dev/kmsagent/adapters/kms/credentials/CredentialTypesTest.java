package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.StaticCredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.DefaultChainCredentials.Issuer;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, the types of credentials that need no session, and what a library's failures mean. */
final class CredentialTypesTest {
  private static final Instant END = Instant.parse("2026-01-01T01:00:00Z");

  @Test
  void keys_are_the_same_when_all_of_them_is() {
    var key = SigningKey.temporary("ak", "sk", "token");
    assertThat(key)
        .isEqualTo(SigningKey.temporary("ak", "sk", "token"))
        .hasSameHashCodeAs(SigningKey.temporary("ak", "sk", "token"))
        .isNotEqualTo(SigningKey.temporary("other", "sk", "token"))
        .isNotEqualTo(SigningKey.temporary("ak", "other", "token"))
        .isNotEqualTo(SigningKey.temporary("ak", "sk", "other"))
        .isNotEqualTo(SigningKey.longLived("ak", "sk"));
  }

  @Test
  void the_key_and_its_id_as_the_principal_are_there_at_once_and_there_is_no_other() {
    var key = SigningKey.longLived("LTAI5t", "sk");
    var obtained = new Outcome.Obtained(key);
    try (var credentials = new AccessKeyCredentials(key)) {
      assertThat(credentials.obtain().toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.refresh(key).toCompletableFuture()).isCompletedWithValue(obtained);
      assertThat(credentials.principal()).contains(new Principal("LTAI5t"));
    }
  }

  private static AlibabaCloudCredentialsProvider provider(CredentialModel.Builder key) {
    var model = key.accessKeyId("ak").accessKeySecret("sk").build();
    return StaticCredentialsProvider.builder().credential(model).build();
  }

  @Test
  void a_key_without_an_end_lasts() {
    var provider = provider(CredentialModel.builder());
    assertThat(new Issuer(() -> provider).issue())
        .isEqualTo(
            new Issue.Issued(SigningKey.longLived("ak", "sk"), Instant.MAX, Optional.empty()));
    var withToken = provider(CredentialModel.builder().securityToken("token"));
    assertThat(new Issuer(() -> withToken).issue())
        .isEqualTo(
            new Issue.Issued(
                SigningKey.temporary("ak", "sk", "token"), Instant.MAX, Optional.empty()));
  }

  @Test
  void a_temporary_key_comes_with_its_token_and_its_end_from_a_chain_that_is_built_once() {
    var built = new AtomicInteger();
    var key = CredentialModel.builder().securityToken("token").expiration(END.toEpochMilli());
    var issuer =
        new Issuer(
            () -> {
              built.incrementAndGet();
              return provider(key);
            });
    assertThat(built).hasValue(0);
    assertThat(List.of(issuer.issue(), issuer.issue()))
        .containsOnly(
            new Issue.Issued(SigningKey.temporary("ak", "sk", "token"), END, Optional.empty()));
    assertThat(built).hasValue(1);
  }

  @Test
  void a_chain_without_a_key_says_why() {
    var failing =
        new Issuer(
            () -> {
              throw new CredentialException(NOTHING);
            });
    assertThat(failing.issue())
        .asInstanceOf(type(Issue.NotIssued.class))
        .extracting(Issue.NotIssued::reason)
        .isInstanceOf(IdentityRefused.class);
  }

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
    "401, AuthenticationFail.OIDCToken.Invalid, true",
    "404, InvalidAccessKeyId.NotFound, true",
    "403, NoPermission, true",
    "401, AuthenticationFail.OIDCToken.Expired, false",
    "400, Throttling.User, false"
  })
  void a_refusal_of_sts_is_about_our_identity_unless_it_passes(
      int status, String code, boolean isRefused) {
    assertThat(reason(answer(status, code)))
        .isInstanceOf(isRefused ? IdentityRefused.class : Unavailable.class)
        .extracting("code")
        .isEqualTo(code);
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

  @Test
  void no_answer_of_sts_and_no_other_exception_is_quoted() {
    var text = "HttpCode: 401, result: {\"AccessKeySecret\":\"confidential\"}.";
    assertThat(reason(text).toString()).doesNotContain("confidential");
    var other = CredentialFailure.reason(new IllegalStateException("confidential"));
    assertThat(other).isInstanceOf(Unavailable.class);
    assertThat(other.toString()).doesNotContain("confidential");
  }

  private static NoSecret reason(String text) {
    return CredentialFailure.reason(new CredentialException(text));
  }

  private static String answer(int status, String code) {
    return "Error refreshing credentials from OIDC, HttpCode: %d, result: {\"Code\": \"%s\"}."
        .formatted(status, code);
  }
}
