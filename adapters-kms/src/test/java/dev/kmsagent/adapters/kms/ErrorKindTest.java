package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Refused.Scope;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorKindTest {
  private static final SecretQuery CURRENT = Secrets.current("a");
  private static final SecretQuery VERSION = Secrets.byId("a", "v1");

  @ParameterizedTest
  @CsvSource({
    "429, Rejected.Throttling, THROTTLED",
    "503, Rejected.Throttling, THROTTLED",
    "400, Throttling, THROTTLED",
    "400, Throttling.User, THROTTLED",
    "503, Throttling.Api, THROTTLED",
    "429, 429, THROTTLED",
    "429, Unheard.Of, THROTTLED",
    "500, InternalFailure, SERVER_ERROR",
    "400, InternalError, SERVER_ERROR",
    "503, ServiceUnavailableTemporary, SERVER_ERROR",
    "503, ServiceUnavailable, SERVER_ERROR",
    "400, SignatureNonceUsed, SERVER_ERROR",
    "500, 500, SERVER_ERROR",
    "502, 502, SERVER_ERROR",
    "599, Unheard.Of, SERVER_ERROR",
    "408, 408, TIMEOUT",
    "400, IllegalTimestamp, CLOCK",
    "400, InvalidTimeStamp.Expired, CLOCK",
    "400, RequestTimeTooSkewed, CLOCK",
    "403, Forbidden.InDebt, ACCOUNT",
    "403, Forbidden.InDebtOverdue, ACCOUNT",
    "403, Forbidden.ProhibitedByRiskControl, ACCOUNT",
    "407, 407, UNREACHABLE",
    "302, 302, UNREADABLE"
  })
  void transient_errors_make_the_secret_unavailable(int status, String code, Cause cause) {
    assertThat(outcome(status, code, CURRENT))
        .isInstanceOfSatisfying(
            Unavailable.class,
            unavailable -> {
              assertThat(unavailable.cause()).isEqualTo(cause);
              assertThat(unavailable.code()).isEqualTo(code);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "404, InvalidAccessKeyId.NotFound",
    "403, InvalidAccessKeyId.Inactive",
    "400, InvalidSecurityToken.Expired",
    "403, InvalidSecurityToken.Malformed",
    "400, SecurityTokenExpired",
    "400, SignatureDoesNotMatch",
    "400, IncompleteSignature",
    "401, AuthenticationFail.NoPermission"
  })
  void errors_of_our_identity_say_nothing_of_the_secret(int status, String code) {
    assertThat(outcome(status, code, CURRENT))
        .isInstanceOf(IdentityRefused.class)
        .extracting("code")
        .isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({
    "403, Forbidden.NoPermission",
    "403, Forbidden.RAM",
    "404, Forbidden.ResourceNotFound",
    "400, Rejected.PendingDeletion",
    "400, Rejected.Disabled",
    "418, Unheard.Of"
  })
  void every_other_4xx_is_permanent_about_the_secret(int status, String code) {
    assertThat(outcome(status, code, CURRENT))
        .isEqualTo(new Refused(error(status, code), Scope.SECRET));
  }

  @Test
  void a_404_to_a_query_for_a_version_is_about_that_version() {
    assertThat(outcome(404, "Forbidden.ResourceNotFound", VERSION))
        .isEqualTo(new Refused(error(404, "Forbidden.ResourceNotFound"), Scope.QUERY));
  }

  @Test
  void a_403_to_a_query_for_a_version_is_about_the_secret() {
    assertThat(outcome(403, "Forbidden.NoPermission", VERSION))
        .isEqualTo(new Refused(error(403, "Forbidden.NoPermission"), Scope.SECRET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MissingParameter", "InvalidParameter", "UnsupportedOperation"})
  void an_error_of_the_request_is_about_that_request(String code) {
    assertThat(outcome(400, code, CURRENT)).isEqualTo(new Refused(error(400, code), Scope.QUERY));
  }

  private static NoSecret outcome(int status, String code, SecretQuery query) {
    var error = error(status, code);
    return ErrorKind.of(error).outcome(error, query);
  }

  private static KmsError error(int status, String code) {
    return new KmsError(status, code, "A test said so.", "r-1");
  }
}
