package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.command.SecretBody.Content;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretBodyTest {
  private static String text(String body) {
    return ((Content.Text) SecretBody.read(200, body)).text();
  }

  private static String reason(Content content) {
    return ((Content.None) content).reason();
  }

  @Nested
  class A_secret {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"SecretData\":\"one\",\"SecretDataType\":\"text\"}",
          "{\"SecretString\":\"one\"}",
          "{\"data\":{\"data\":{\"value\":\"one\"},\"metadata\":{\"custom_metadata\":"
              + "{\"SecretDataType\":\"text\"}}}}"
        })
    void is_read_from_every_dialect(String body) {
      assertThat(text(body)).isEqualTo("one");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"SecretData\":\"AAH/\",\"SecretDataType\":\"binary\"}",
          "{\"SecretBinary\":\"AAH/\"}",
          "{\"data\":{\"data\":{\"value\":\"AAH/\"},\"metadata\":{\"custom_metadata\":"
              + "{\"SecretDataType\":\"binary\"}}}}"
        })
    void is_decoded_when_it_is_binary(String body) {
      var content = (Content.Binary) SecretBody.read(200, body);
      assertThat(content.bytes()).containsExactly(0, 1, 255);
    }

    @Test
    void that_vault_clients_see_as_keys_is_the_object_of_them() {
      assertThat(
              text(
                  "{\"data\":{\"data\":{\"user\":\"app\",\"port\":5432},\"metadata\":"
                      + "{\"custom_metadata\":{\"SecretDataType\":\"text\"}}}}"))
          .isEqualTo("{\"user\":\"app\",\"port\":5432}");
    }

    @Test
    void in_no_known_form_is_none() {
      assertThat(reason(SecretBody.read(200, "{\"data\":\"canary\"}"))).doesNotContain("canary");
    }

    @Test
    void does_not_print_by_accident() {
      assertThat(SecretBody.read(200, "{\"SecretString\":\"canary\"}").toString())
          .doesNotContain("canary");
    }
  }

  @Nested
  class A_field {
    private final Content secret =
        SecretBody.read(200, "{\"SecretString\":\"{\\\"user\\\":\\\"app\\\",\\\"port\\\":5432}\"}");

    @ParameterizedTest
    @CsvSource({"user, app", "port, 5432"})
    void of_a_json_object_is_its_text_or_its_json(String name, String value) {
      assertThat(((Content.Text) secret.field(name)).text()).isEqualTo(value);
    }

    @Test
    void that_is_missing_is_said() {
      assertThat(reason(secret.field("nope"))).isEqualTo("The secret has no field nope.");
    }

    @Test
    void of_plain_text_is_none() {
      var plain = SecretBody.read(200, "{\"SecretString\":\"one\"}");
      assertThat(reason(plain.field("user"))).contains("not a JSON object");
    }
  }

  @Nested
  class An_error {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"Code\":\"Forbidden.X\",\"Message\":\"No.\",\"RequestId\":\"1\"}",
          "{\"__type\":\"Forbidden.X\",\"message\":\"No.\"}",
          "{\"errors\":[\"Forbidden.X: No.\"]}"
        })
    void is_told_with_status_code_and_message(String body) {
      assertThat(reason(SecretBody.read(403, body))).isEqualTo("403 Forbidden.X: No.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[1]", "{", "{\"errors\":{}}"})
    void that_is_not_in_the_agents_form_is_told_by_its_status_alone(String body) {
      assertThat(reason(SecretBody.read(502, body)))
          .isEqualTo("What answered, with status 502, is no agent.");
    }
  }
}
