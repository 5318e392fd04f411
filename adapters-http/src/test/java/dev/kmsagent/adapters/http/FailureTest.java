package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The failures of the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureTest {
  private final TestAgent agent = new TestAgent();

  @AfterAll
  void stop() {
    agent.close();
  }

  private Answer answerTo(String name, NoSecret reason) {
    agent.secrets.answer(name, reason);
    return agent.get("/v1/" + name);
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, 502, UpstreamUnavailable",
    "TLS, 502, UpstreamUnavailable",
    "SERVER_ERROR, 502, UpstreamUnavailable",
    "UNREADABLE, 502, UpstreamUnavailable",
    "CLOCK, 502, UpstreamUnavailable",
    "TIMEOUT, 504, UpstreamTimeout",
    "DEADLINE, 504, UpstreamTimeout",
    "THROTTLED, 429, What.KmsSaid",
    "ACCOUNT, 403, What.KmsSaid",
    "CREDENTIALS, 502, CredentialsUnavailable",
    "CIRCUIT_OPEN, 503, CircuitOpen",
    "BULKHEAD_FULL, 503, Overloaded",
    "RATE_LIMITED, 503, Overloaded",
    "AUDIT, 503, AuditUnavailable"
  })
  void a_passing_trouble_has_a_status_a_code_and_the_time_of_a_retry(
      Cause cause, int status, String code) {
    var reason = new Unavailable(cause, "What.KmsSaid", "A sentence.");
    var answer = answerTo(cause.name(), reason);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.message()).isEqualTo("A sentence.");
    var mayPassSoon = Set.of(429, 503).contains(status);
    assertThat(answer.header("Retry-After")).isEqualTo(mayPassSoon ? "1" : "");
  }

  @Test
  void throttling_and_arrears_have_codes_of_their_own_where_kms_gave_none() {
    assertThat(answerTo("t", new Unavailable(Cause.THROTTLED, "", "A.")).code())
        .isEqualTo("TooManyRequests");
    assertThat(answerTo("a", new Unavailable(Cause.ACCOUNT, "", "A.")).code())
        .isEqualTo("Forbidden.InDebt");
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidParameter",
    "403, Forbidden.NoPermission",
    "404, Forbidden.ResourceNotFound",
    "409, Rejected.PendingDeletion"
  })
  void a_refusal_is_passed_on_in_kms_own_words(int status, String code) {
    var error = new KmsError(status, code, "Its words.", "kms-1");
    var answer = answerTo("r" + status, new Refused(error, Refused.Scope.SECRET));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body())
        .isEqualTo(
            "{\"Code\":\"%s\",\"Message\":\"Its words.\",\"RequestId\":\"kms-1\"}".formatted(code));
  }

  @ParameterizedTest
  @CsvSource({"200", "302", "500", "0"})
  void a_refusal_with_a_status_that_refuses_nothing_is_kms_own_fault(int status) {
    var error = new KmsError(status, "Odd", "Its words.", "kms-1");
    var answer = answerTo("odd" + status, new Refused(error, Refused.Scope.QUERY));
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.code()).isEqualTo("UpstreamUnavailable");
  }

  @Test
  void our_own_identity_being_refused_is_no_fault_of_the_client() {
    var answer = answerTo("i", new IdentityRefused("SignatureDoesNotMatch", "A sentence."));
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.code()).isEqualTo("CredentialsUnavailable");
  }

  @Test
  void a_failure_carries_the_headers_that_all_answers_do() {
    var answer = answerTo("h", new Unavailable(Cause.TLS, "", "A sentence."));
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("X-Request-Id"))
        .isEqualTo(answer.json().get("RequestId").getAsString());
    assertThat(answer.headers()).doesNotContainKeys("server", "date", "etag", "cache-status");
  }
}
