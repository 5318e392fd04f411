package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
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
    void answers_in_the_documented_shape() throws IOException, InterruptedException {
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
    void binary_is_base64() throws IOException, InterruptedException {
      secrets.createBinary("a", new byte[] {0, -1, 7});
      JsonObject body = json(running.read("a"));
      assertThat(body.get("SecretData").getAsString()).isEqualTo("AP8H");
      assertThat(body.get("SecretDataType").getAsString()).isEqualTo("binary");
    }

    @Test
    void a_version_is_found_by_stage_by_id_and_by_both() throws IOException, InterruptedException {
      secrets.create("a", "old").put("a", "v2", "new");
      assertThat(data("SecretName", "a")).isEqualTo("new");
      assertThat(data("SecretName", "a", "VersionStage", "ACSPrevious")).isEqualTo("old");
      assertThat(data("SecretName", "a", "VersionId", "v1")).isEqualTo("old");
      assertThat(data("SecretName", "a", "VersionId", "v2", "VersionStage", "ACSCurrent"))
          .isEqualTo("new");
    }

    @Test
    void what_does_not_exist_is_404() throws IOException, InterruptedException {
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
    void a_denied_secret_is_403_until_it_is_allowed() throws IOException, InterruptedException {
      secrets.create("a", "text").deny("a");
      HttpResponse<String> denied = running.read("a");
      assertThat(denied.statusCode()).isEqualTo(403);
      assertThat(code(denied)).isEqualTo("Forbidden.NoPermission");
      secrets.allow("a");
      assertThat(running.read("a").statusCode()).isEqualTo(200);
    }

    @Test
    void a_secret_without_a_name_is_a_missing_parameter() throws IOException, InterruptedException {
      HttpResponse<String> response = get();
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("MissingParameter");
    }

    private HttpResponse<String> get(String... parameters)
        throws IOException, InterruptedException {
      return running.call("GetSecretValue", parameters);
    }

    private String data(String... parameters) throws IOException, InterruptedException {
      return json(get(parameters)).get("SecretData").getAsString();
    }
  }

  @Nested
  class Describe_secret {
    @Test
    void returns_everything_except_the_value() throws IOException, InterruptedException {
      running.call(
          "CreateSecret",
          "SecretName",
          "a",
          "VersionId",
          "v1",
          "SecretData",
          "s3cret",
          "Description",
          "for tests",
          "EncryptionKeyId",
          "key-1",
          "Tags",
          "[{\"TagKey\":\"env\",\"TagValue\":\"dev\"}]");
      HttpResponse<String> response =
          running.call("DescribeSecret", "SecretName", "a", "FetchTags", "true");
      JsonObject body = json(response);
      body.remove("RequestId");
      assertThat(body)
          .hasToString(
              """
              {"SecretName":"a","SecretType":"Generic","CreateTime":"2026-11-24T12:00:00Z",\
              "UpdateTime":"2026-11-24T12:00:00Z",\
              "Tags":{"Tag":[{"TagKey":"env","TagValue":"dev"}]},\
              "Arn":"acs:kms:cn-hangzhou:1234567890123456:secret/a",\
              "Description":"for tests","EncryptionKeyId":"key-1"}""");
    }

    @Test
    void tags_are_returned_only_on_request() throws IOException, InterruptedException {
      secrets.create("a", "text");
      assertThat(json(running.call("DescribeSecret", "SecretName", "a")).has("Tags")).isFalse();
    }

    @Test
    void an_unknown_secret_is_404() throws IOException, InterruptedException {
      assertThat(running.call("DescribeSecret", "SecretName", "a").statusCode()).isEqualTo(404);
    }
  }

  @Nested
  class List_secrets {
    @Test
    void pages_go_by_name() throws IOException, InterruptedException {
      secrets.create("c", "3").create("a", "1").create("b", "2");
      JsonObject body = json(running.call("ListSecrets", "PageNumber", "2", "PageSize", "2"));
      assertThat(names(body)).containsExactly("c");
      assertThat(body.get("TotalCount").getAsInt()).isEqualTo(3);
      assertThat(body.get("PageNumber").getAsInt()).isEqualTo(2);
      assertThat(body.get("PageSize").getAsInt()).isEqualTo(2);
    }

    @Test
    void the_default_page_has_ten() throws IOException, InterruptedException {
      for (int i = 0; i < 11; i++) {
        secrets.create("secret-" + i, "text");
      }
      assertThat(names(json(running.call("ListSecrets")))).hasSize(10);
    }

    @Test
    void filters_of_one_key_are_alternatives_and_several_are_all_needed()
        throws IOException, InterruptedException {
      secrets.create("app/a", "1").create("app/b", "2").create("other", "3");
      assertThat(names(json(filtered("[{\"Key\":\"SecretName\",\"Values\":[\"app/\"]}]"))))
          .containsExactly("app/a", "app/b");
      assertThat(
              names(
                  json(
                      filtered(
                          "[{\"Key\":\"SecretName\",\"Values\":[\"app/\"]},"
                              + "{\"Key\":\"SecretName\",\"Values\":[\"b\",\"c\"]}]"))))
          .containsExactly("app/b");
    }

    @Test
    void an_invalid_filter_is_refused() throws IOException, InterruptedException {
      for (String filters :
          List.of(
              "no json",
              "{}",
              "[null]",
              "[{\"Key\":\"SecretName\"}]",
              "[{\"Values\":[]}]",
              "[{\"Key\":\"SecretName\",\"Values\":[null]}]")) {
        assertThat(code(filtered(filters))).as(filters).isEqualTo("InvalidParameter");
      }
    }

    @Test
    void a_page_out_of_bounds_is_refused() throws IOException, InterruptedException {
      for (String size : List.of("0", "101", "-1", "ten")) {
        assertThat(code(running.call("ListSecrets", "PageSize", size)))
            .as(size)
            .isEqualTo("InvalidParameter");
      }
    }

    private HttpResponse<String> filtered(String filters) throws IOException, InterruptedException {
      return running.call("ListSecrets", "Filters", filters);
    }

    private static List<String> names(JsonObject body) {
      return body.getAsJsonObject("SecretList").getAsJsonArray("Secret").asList().stream()
          .map(entry -> entry.getAsJsonObject().get("SecretName").getAsString())
          .toList();
    }
  }

  @Nested
  class List_secret_version_ids {
    @Test
    void versions_come_with_their_stages_and_times() throws IOException, InterruptedException {
      secrets.create("a", "1");
      running.pass(Duration.ofSeconds(5));
      secrets.put("a", "v2", "2");
      JsonObject body = json(running.call("ListSecretVersionIds", "SecretName", "a"));
      assertThat(body.getAsJsonObject("VersionIds").getAsJsonArray("VersionId"))
          .hasToString(
              """
              [{"VersionId":"v1","CreateTime":"2026-11-24T12:00:00Z",\
              "VersionStages":{"VersionStage":["ACSPrevious"]}},\
              {"VersionId":"v2","CreateTime":"2026-11-24T12:00:05Z",\
              "VersionStages":{"VersionStage":["ACSCurrent"]}}]""");
      assertThat(body.get("TotalCount").getAsInt()).isEqualTo(2);
    }

    @Test
    void deprecated_versions_come_only_when_asked_for() throws IOException, InterruptedException {
      secrets.create("a", "1").put("a", "v2", "2").put("a", "v3", "3");
      assertThat(ids("SecretName", "a")).containsExactly("v2", "v3");
      assertThat(ids("SecretName", "a", "IncludeDeprecated", "true"))
          .containsExactly("v1", "v2", "v3");
    }

    private List<String> ids(String... parameters) throws IOException, InterruptedException {
      JsonObject body = json(running.call("ListSecretVersionIds", parameters));
      return body.getAsJsonObject("VersionIds").getAsJsonArray("VersionId").asList().stream()
          .map(JsonElement::getAsJsonObject)
          .map(entry -> entry.get("VersionId").getAsString())
          .toList();
    }
  }

  @Test
  void an_unknown_action_is_404() throws IOException, InterruptedException {
    HttpResponse<String> response = running.call("GetEverything");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(code(response)).isEqualTo("InvalidAction.NotFound");
  }

  @Test
  void another_version_of_the_api_is_refused() throws IOException, InterruptedException {
    var request = running.request("ListSecrets").header("x-acs-version", "2015-04-01");
    assertThat(code(running.send(request))).isEqualTo("InvalidVersion");
  }
}
