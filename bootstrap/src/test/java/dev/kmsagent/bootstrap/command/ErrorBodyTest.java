package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorBodyTest {
  private static String reason(int status, String body) {
    return ErrorBody.reason(status, body.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Code\":\"Forbidden.X\",\"Message\":\"No.\",\"RequestId\":\"1\"}",
        "{\"__type\":\"Forbidden.X\",\"message\":\"No.\"}",
        "{\"errors\":[\"Forbidden.X: No.\"]}"
      })
  void an_error_is_told_with_status_code_and_message(String body) {
    assertThat(reason(403, body)).isEqualTo("403 Forbidden.X: No.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "[1]", "{", "{\"errors\":{}}", "canary"})
  void an_error_in_another_form_is_told_by_its_status_alone(String body) {
    assertThat(reason(502, body)).isEqualTo("What answered, with status 502, is no agent.");
  }
}
