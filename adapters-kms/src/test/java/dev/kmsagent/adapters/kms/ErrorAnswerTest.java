package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.KmsError;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorAnswerTest {
  @Test
  void the_envelope_is_read_as_it_is() {
    assertThat(
            read(
                404,
                """
                {"HttpStatus":404,"Code":"Forbidden.ResourceNotFound",\
                "Message":"Resource not found.","RequestId":"r-1","HostId":"kms"}"""))
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
    var headers = HttpHeaders.of(Map.of("x-acs-request-id", List.of("h-1")), (_, _) -> true);
    return ErrorAnswer.error(status, headers, body);
  }
}
