package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Refused.Scope;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorAnswerTest {
  private static final HttpHeaders HEADERS =
      HttpHeaders.of(Map.of("x-acs-request-id", List.of("h-1")), (_, _) -> true);
  private static final SecretQuery CURRENT = Secrets.current("a");
  private static final SecretQuery VERSION = Secrets.byId("a", "v1");

  /** A proxy, a web filter, or another service that a name resolves to for a while. */
  @ParameterizedTest
  @CsvSource({
    "400, '', UNREADABLE",
    "401, <html>Log in</html>, UNREADABLE",
    "403, <html>Blocked</html>, UNREADABLE",
    "404, <html>Not found</html>, UNREADABLE",
    "403, '{\"message\":\"Forbidden\"}', UNREADABLE",
    "404, '{\"code\":404,\"requestId\":\"r-1\"}', UNREADABLE",
    "403, '{\"Code\":\"AccessDenied\"}', UNREADABLE",
    "403, '{\"Code\":\"AccessDenied\",\"RequestId\":\" \"}', UNREADABLE",
    "403, '{\"Code\":\"not a code\",\"RequestId\":\"r-1\"}', UNREADABLE",
    "403, '<Error><Code>AccessDenied</Code><RequestId>r-1</RequestId></Error>', UNREADABLE",
    "407, <html>Log in</html>, UNREACHABLE",
    "408, '', TIMEOUT",
    "429, <html>Slow down</html>, THROTTLED",
    "503, <html>Try again</html>, SERVER_ERROR"
  })
  void an_answer_without_kms_s_error_body_is_no_refusal(int status, String body, Cause cause) {
    assertThat(ErrorAnswer.read(CURRENT, "LTAI-1", status, HEADERS, bytes(body)))
        .extracting("cause")
        .isEqualTo(cause);
  }

  @ParameterizedTest
  @CsvSource({
    "429, Rejected.Throttling, THROTTLED",
    "503, Rejected.Throttling, THROTTLED",
    "400, Throttling, THROTTLED",
    "400, Throttling.User, THROTTLED",
    "429, Unheard.Of, THROTTLED",
    "500, InternalFailure, SERVER_ERROR",
    "400, InternalError, SERVER_ERROR",
    "503, ServiceUnavailableTemporary, SERVER_ERROR",
    "400, SignatureNonceUsed, SERVER_ERROR",
    "599, Unheard.Of, SERVER_ERROR",
    "408, 408, TIMEOUT",
    "400, IllegalTimestamp, CLOCK",
    "400, InvalidTimeStamp.Expired, CLOCK",
    "400, RequestTimeTooSkewed, CLOCK",
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
    "404, InvalidAccessKeyId.Inactive",
    "400, InvalidSecurityToken.Expired",
    "400, SecurityTokenExpired",
    "400, SignatureDoesNotMatch",
    "400, IncompleteSignature",
    "401, AuthenticationFail.NoPermission"
  })
  void errors_of_our_identity_name_the_key_and_say_nothing_of_the_secret(int status, String code) {
    assertThat(outcome(status, code, CURRENT))
        .isInstanceOfSatisfying(
            IdentityRefused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.detail()).contains("the key LTAI-1 ", "restart the agent");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "403, Forbidden.NoPermission, SECRET, SECRET",
    "404, Forbidden.ResourceNotFound, SECRET, QUERY",
    "400, Rejected.Disabled, SECRET, SECRET",
    "418, Unheard.Of, SECRET, SECRET",
    "400, MissingParameter, QUERY, QUERY",
    "400, InvalidParameter, QUERY, QUERY",
    "400, UnsupportedOperation, QUERY, QUERY"
  })
  void every_other_4xx_is_permanent_about_the_secret_or_about_what_was_asked(
      int status, String code, Scope ofCurrent, Scope ofVersion) {
    assertThat(outcome(status, code, CURRENT)).isEqualTo(refused(status, code, ofCurrent));
    assertThat(outcome(status, code, VERSION)).isEqualTo(refused(status, code, ofVersion));
  }

  private static NoSecret outcome(int status, String code, SecretQuery query) {
    var body = "{\"Code\":\"%s\",\"Message\":\"A test.\",\"RequestId\":\"r-1\"}".formatted(code);
    return ErrorAnswer.read(query, "LTAI-1", status, HEADERS, bytes(body));
  }

  private static Refused refused(int status, String code, Scope scope) {
    return new Refused(new KmsError(status, code, "A test.", "r-1"), scope);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>Bad gateway</html>", "[]", "null", "{}", "{\"Code\":7}"})
  void what_is_no_envelope_is_made_up_for_by_the_status(String body) {
    assertThat(read(502, bytes(body)))
        .isEqualTo(new KmsError(502, "502", "KMS answered 502.", "h-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "line\\nbreak", "<script>", "-x"})
  void a_code_that_is_none_is_not_passed_on(String code) {
    assertThat(read(400, bytes("{\"Code\":\"" + code + "\"}")).code()).isEqualTo("400");
  }

  @Test
  void an_endless_message_or_id_is_cut() {
    var endless = "x".repeat(5000);
    var body = "{\"Code\":\"A\",\"Message\":\"" + endless + "\",\"RequestId\":\"" + endless + "\"}";
    assertThat(read(400, bytes(body)).message()).hasSize(1024);
    assertThat(read(400, bytes(body)).requestId()).hasSize(128);
  }

  private static byte[] bytes(String body) {
    return body.getBytes(StandardCharsets.UTF_8);
  }

  private static KmsError read(int status, byte[] body) {
    return ErrorAnswer.error(status, HEADERS, StrictJson.object(body).orElseGet(JsonObject::new));
  }
}
