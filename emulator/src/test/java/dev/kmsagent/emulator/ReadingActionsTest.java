package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ReadingActionsTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final EmulatorSecrets secrets = running.emulator().secrets();

  @Nested
  class Get_secret_value {
    @Test
    void answers_in_the_documented_shape() {
      secrets.create("app/dev/secret-1", "s3cret");
      JsonObject body = json(running.read("app/dev/secret-1"));
      String requestId = body.remove("RequestId").getAsString();
      assertThat(requestId).isNotEmpty();
      assertThat(body)
          .hasToString(
              """
              {"SecretName":"app/dev/secret-1","SecretType":"Generic","SecretData":"s3cret",\
              "SecretDataType":"text","VersionId":"v1",\
              "VersionStages":{"VersionStage":["ACSCurrent"]},\
              "CreateTime":"2026-11-24T12:00:00Z"}""");
    }

    @Test
    void binary_is_base64() {
      secrets.createBinary("a", new byte[] {0, -1, 7});
      JsonObject body = json(running.read("a"));
      assertThat(body.get("SecretData").getAsString()).isEqualTo("AP8H");
      assertThat(body.get("SecretDataType").getAsString()).isEqualTo("binary");
    }

    @Test
    void a_version_is_found_by_stage_by_id_and_by_both() {
      secrets.create("a", "old").put("a", "v2", "new");
      assertThat(data("SecretName", "a")).isEqualTo("new");
      assertThat(data("SecretName", "a", "VersionStage", "ACSPrevious")).isEqualTo("old");
      assertThat(data("SecretName", "a", "VersionId", "v1")).isEqualTo("old");
      assertThat(data("SecretName", "a", "VersionId", "v2", "VersionStage", "ACSCurrent"))
          .isEqualTo("new");
    }

    @Test
    void what_does_not_exist_is_404() {
      secrets.create("a", "text");
      for (var missing :
          List.of(
              running.read("b"),
              get("SecretName", "a", "VersionId", "v9"),
              get("SecretName", "a", "VersionStage", "ACSPrevious"),
              get("SecretName", "a", "VersionId", "v1", "VersionStage", "ACSPrevious"))) {
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(code(missing)).isEqualTo("Forbidden.ResourceNotFound");
      }
    }

    @Test
    void a_denied_secret_is_403_until_it_is_allowed() {
      secrets.create("a", "text").deny("a");
      HttpResponse<String> denied = running.read("a");
      assertThat(denied.statusCode()).isEqualTo(403);
      assertThat(code(denied)).isEqualTo("Forbidden.NoPermission");
      secrets.allow("a");
      assertThat(running.read("a").statusCode()).isEqualTo(200);
    }

    @Test
    void a_secret_without_a_name_is_a_missing_parameter() {
      HttpResponse<String> response = get();
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("MissingParameter");
    }

    private HttpResponse<String> get(String... parameters) {
      return running.call("GetSecretValue", parameters);
    }

    private String data(String... parameters) {
      return json(get(parameters)).get("SecretData").getAsString();
    }
  }

  @Test
  void an_unknown_action_is_404() {
    HttpResponse<String> response = running.call("GetEverything");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(code(response)).isEqualTo("InvalidAction.NotFound");
  }

  @Test
  void another_version_of_the_api_is_refused() {
    var request = running.request("GetSecretValue").header("x-acs-version", "2015-04-01");
    assertThat(code(running.send(request))).isEqualTo("InvalidVersion");
  }
}
