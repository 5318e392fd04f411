package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorAnswerTest {
  private static final HttpHeaders HEADERS =
      HttpHeaders.of(Map.of("x-acs-request-id", List.of("h-1")), (_, _) -> true);
  private static final SecretQuery QUERY = Secrets.current("a");

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
    assertThat(ErrorAnswer.read(QUERY, status, HEADERS, body.getBytes(StandardCharsets.UTF_8)))
        .extracting("cause")
        .isEqualTo(cause);
  }

  @Test
  void an_unknown_code_in_kms_s_error_body_is_a_refusal() {
    var body = "{\"Code\":\"Forbidden.NewlyInvented\",\"RequestId\":\"r-1\"}";
    assertThat(ErrorAnswer.read(QUERY, 403, HEADERS, body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Refused.class);
  }

  @Test
  void the_envelope_is_read_as_it_is() {
    assertThat(
            read(
                404,
                """
                {"HttpStatus":404,"Code":"Forbidden.ResourceNotFound",\
                "Message":"Resource not found.","RequestId":"r-1","HostId":"kms"}\
                """))
        .isEqualTo(new KmsError(404, "Forbidden.ResourceNotFound", "Resource not found.", "r-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>Bad gateway</html>", "[]", "null", "{}", "{\"Code\":7}"})
  void what_is_no_envelope_is_made_up_for_by_the_status(String body) {
    assertThat(read(502, body)).isEqualTo(new KmsError(502, "502", "KMS answered 502.", "h-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "line\\nbreak", "<script>", "-x"})
  void a_code_that_is_none_is_not_passed_on(String code) {
    assertThat(read(400, "{\"Code\":\"" + code + "\"}").code()).isEqualTo("400");
  }

  @Test
  void an_endless_message_is_cut() {
    var error = read(400, "{\"Code\":\"A\",\"Message\":\"" + "x".repeat(5000) + "\"}");
    assertThat(error.message()).hasSize(1024);
  }

  @Property
  void whatever_the_body_there_is_an_error(@ForAll byte[] body) {
    assertThat(read(500, body).status()).isEqualTo(500);
  }

  private static KmsError read(int status, String body) {
    return read(status, body.getBytes(StandardCharsets.UTF_8));
  }

  private static KmsError read(int status, byte[] body) {
    return ErrorAnswer.error(status, HEADERS, Json.object(body).orElseGet(JsonObject::new));
  }
}
