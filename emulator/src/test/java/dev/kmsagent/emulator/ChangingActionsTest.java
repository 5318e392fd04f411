package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChangingActionsTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final EmulatorSecrets secrets = running.emulator().secrets();

  @Nested
  class Create_secret {
    @Test
    void answers_with_the_arn_and_the_secret_can_be_read()
        throws IOException, InterruptedException {
      HttpResponse<String> response = create("app/a", "SecretData", "s3cret");
      JsonObject body = json(response);
      body.remove("RequestId");
      assertThat(body)
          .hasToString(
              """
              {"Arn":"acs:kms:cn-hangzhou:1234567890123456:secret/app/a","SecretName":"app/a",\
              "SecretType":"Generic","VersionId":"v1"}""");
      assertThat(data("app/a")).isEqualTo("s3cret");
    }

    @Test
    void a_form_body_is_accepted_like_a_query() throws IOException, InterruptedException {
      var request =
          running.request("CreateSecret").body("SecretName=a&VersionId=v1&SecretData=t%26+%2B");
      assertThat(running.send(request).statusCode()).isEqualTo(200);
      assertThat(data("a")).isEqualTo("t& +");
    }

    @Test
    void a_name_that_is_taken_is_409() throws IOException, InterruptedException {
      create("a");
      HttpResponse<String> again = create("a");
      assertThat(again.statusCode()).isEqualTo(409);
      assertThat(code(again)).isEqualTo("Rejected.ResourceExist");
    }

    @Test
    void a_name_that_waits_for_deletion_is_409() throws IOException, InterruptedException {
      create("a");
      secrets.delete("a");
      assertThat(code(create("a"))).isEqualTo("Rejected.ResourceInDeleteWindow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "colon:", "ü"})
    void a_name_with_other_characters_is_refused(String name)
        throws IOException, InterruptedException {
      assertThat(code(create(name))).isEqualTo("InvalidParameter");
    }

    @Test
    void the_value_may_have_30720_bytes_and_no_more() throws IOException, InterruptedException {
      assertThat(create("a", "SecretData", "é".repeat(15_360)).statusCode()).isEqualTo(200);
      assertThat(code(create("b", "SecretData", "é".repeat(15_360) + "x")))
          .isEqualTo("InvalidParameter");
    }

    @ParameterizedTest
    @CsvSource({
      "EnableAutomaticRotation, true, InvalidParameter",
      "EnableAutomaticRotation, maybe, InvalidParameter",
      "RotationInterval, 7d, InvalidParameter",
      "ExtendedConfig, {}, InvalidParameter",
      "ExtendedConfig.SecretSubType, SingleUser, InvalidParameter",
      "Policy, {}, Rejected.UnsupportedOperation",
      "EncryptionKeyId, key-2, Forbidden.KeyNotFound",
      "EncryptionKeyId, acs:kms:cn-hangzhou:1:key/key-2, Forbidden.KeyNotFound"
    })
    void what_it_would_not_do_is_refused(String parameter, String value, String error)
        throws IOException, InterruptedException {
      assertThat(code(create("a", parameter, value))).isEqualTo(error);
      assertThat(running.read("a").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
      "EnableAutomaticRotation, False",
      "EncryptionKeyId, key-1",
      "EncryptionKeyId, acs:kms:cn-hangzhou:1:key/key-1"
    })
    void what_asks_for_nothing_more_is_accepted(String parameter, String value)
        throws IOException, InterruptedException {
      assertThat(create("a", parameter, value).statusCode()).isEqualTo(200);
    }

    @Test
    void unreadable_parameters_are_refused() throws IOException, InterruptedException {
      assertThat(code(create("a", "SecretDataType", "picture"))).isEqualTo("InvalidParameter");
      assertThat(code(create("a", "SecretDataType", "binary", "SecretData", "no base64!")))
          .isEqualTo("InvalidParameter");
      assertThat(code(create("a", "SecretType", "Rds"))).isEqualTo("InvalidParameter");
      assertThat(code(create("a", "VersionId", "v".repeat(65)))).isEqualTo("InvalidParameter");
      for (String tags : List.of("no json", "{}", "[{}]", "[null]", "[{\"TagKey\":\"k\"}]")) {
        assertThat(code(create("a", "Tags", tags))).as(tags).isEqualTo("InvalidParameter");
      }
      assertThat(running.read("a").statusCode()).isEqualTo(404);
    }
  }

  @Nested
  class Put_secret_value {
    @Test
    void the_new_version_is_current_and_the_old_one_previous()
        throws IOException, InterruptedException {
      create("a");
      JsonObject body = json(put("v2", "SecretData", "new"));
      assertThat(body.get("VersionId").getAsString()).isEqualTo("v2");
      assertThat(body.get("VersionStages")).hasToString("{\"VersionStage\":[\"ACSCurrent\"]}");
      assertThat(stages()).containsExactly("v1 [ACSPrevious]", "v2 [ACSCurrent]");
      assertThat(data("a")).isEqualTo("new");
    }

    @Test
    void the_same_version_again_changes_nothing() throws IOException, InterruptedException {
      create("a");
      put("v2", "SecretData", "new");
      put("v3", "SecretData", "newer");
      assertThat(put("v2", "SecretData", "new").statusCode()).isEqualTo(200);
      assertThat(stages()).containsExactly("v1 []", "v2 [ACSPrevious]", "v3 [ACSCurrent]");
    }

    @Test
    void a_version_that_has_another_value_is_409() throws IOException, InterruptedException {
      create("a");
      HttpResponse<String> response = put("v1", "SecretData", "other");
      assertThat(response.statusCode()).isEqualTo(409);
      assertThat(code(response)).isEqualTo("Rejected.ResourceExist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"next\",\"blue\"]", "{\"VersionStage\":[\"next\",\"blue\"]}"})
    void custom_stages_leave_the_current_one(String named)
        throws IOException, InterruptedException {
      create("a");
      put("v2", "SecretData", "new", "VersionStages", named);
      assertThat(stages()).containsExactly("v1 [ACSCurrent]", "v2 [next, blue]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACSCurrent", "[]", "[null]", "{}", "[{}]"})
    void invalid_stages_are_refused(String named) throws IOException, InterruptedException {
      create("a");
      assertThat(code(put("v2", "VersionStages", named))).isEqualTo("InvalidParameter");
    }

    @Test
    void a_ninth_stage_is_refused() throws IOException, InterruptedException {
      create("a");
      put("v2", "VersionStages", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"]");
      HttpResponse<String> response = put("v3", "VersionStages", "[\"8\"]");
      assertThat(code(response)).isEqualTo("Rejected.LimitExceeded");
    }

    @Test
    void an_eleventh_version_removes_the_first() throws IOException, InterruptedException {
      create("a");
      for (int i = 2; i <= 11; i++) {
        put("v" + i);
      }
      assertThat(stages()).hasSize(10).first().isEqualTo("v2 []");
    }

    @Test
    void the_current_version_is_not_removed() throws IOException, InterruptedException {
      create("a");
      for (int i = 2; i <= 11; i++) {
        put("v" + i, "VersionStages", "[\"next\"]");
      }
      assertThat(stages()).hasSize(10).startsWith("v1 [ACSCurrent]", "v3 []");
    }

    @Test
    void an_unknown_secret_is_404() throws IOException, InterruptedException {
      assertThat(put("v2").statusCode()).isEqualTo(404);
    }
  }

  @Nested
  class Update_secret_version_stage {
    @Test
    void making_a_version_current_makes_the_other_previous()
        throws IOException, InterruptedException {
      create("a");
      put("v2", "VersionStages", "[\"next\"]");
      HttpResponse<String> response = move("ACSCurrent", "MoveToVersion", "v2");
      assertThat(json(response).get("SecretName").getAsString()).isEqualTo("a");
      assertThat(stages()).containsExactly("v1 [ACSPrevious]", "v2 [next, ACSCurrent]");
    }

    @Test
    void a_custom_stage_can_be_added_and_removed() throws IOException, InterruptedException {
      create("a");
      move("blue", "MoveToVersion", "v1");
      assertThat(stages()).containsExactly("v1 [ACSCurrent, blue]");
      move("blue", "RemoveFromVersion", "v1");
      assertThat(stages()).containsExactly("v1 [ACSCurrent]");
    }

    @Test
    void invalid_parameters_are_refused() throws IOException, InterruptedException {
      create("a");
      put("v2");
      assertThat(code(move("blue"))).isEqualTo("MissingParameter");
      assertThat(code(move("ACSCurrent", "RemoveFromVersion", "v2"))).isEqualTo("MissingParameter");
      assertThat(code(move("blue", "RemoveFromVersion", "v1"))).isEqualTo("InvalidParameter");
      assertThat(code(move("ACSCurrent", "RemoveFromVersion", "v1", "MoveToVersion", "v2")))
          .isEqualTo("InvalidParameter");
      assertThat(code(move("blue", "MoveToVersion", "v9"))).isEqualTo("Forbidden.ResourceNotFound");
      assertThat(stages()).containsExactly("v1 [ACSPrevious]", "v2 [ACSCurrent]");
    }

    private HttpResponse<String> move(String stage, String... parameters)
        throws IOException, InterruptedException {
      return running.call(
          "UpdateSecretVersionStage",
          joined(new String[] {"SecretName", "a", "VersionStage", stage}, parameters));
    }
  }

  @Nested
  class Delete_and_restore_secret {
    @Test
    void a_deleted_secret_is_described_but_not_read_until_it_is_restored()
        throws IOException, InterruptedException {
      create("a");
      JsonObject deleted =
          json(running.call("DeleteSecret", "SecretName", "a", "RecoveryWindowInDays", "7"));
      assertThat(deleted.get("PlannedDeleteTime").getAsString()).isEqualTo("2026-12-01T12:00:00Z");
      assertThat(code(running.read("a"))).isEqualTo("Rejected.ResourceInDeleteWindow");
      assertThat(json(running.call("DescribeSecret", "SecretName", "a")).keySet())
          .contains("PlannedDeleteTime");
      assertThat(running.call("RestoreSecret", "SecretName", "a").statusCode()).isEqualTo(200);
      assertThat(running.read("a").statusCode()).isEqualTo(200);
    }

    @Test
    void it_is_gone_after_the_window() throws IOException, InterruptedException {
      create("a");
      running.call("DeleteSecret", "SecretName", "a");
      running.pass(Duration.ofDays(30));
      assertThat(running.call("RestoreSecret", "SecretName", "a").statusCode()).isEqualTo(404);
      assertThat(json(running.call("ListSecrets")).get("TotalCount").getAsInt()).isZero();
      assertThat(create("a").statusCode()).isEqualTo(200);
    }

    @Test
    void by_force_it_is_gone_at_once() throws IOException, InterruptedException {
      create("a");
      running.call("DeleteSecret", "SecretName", "a", "ForceDeleteWithoutRecovery", "true");
      assertThat(code(running.read("a"))).isEqualTo("Forbidden.ResourceNotFound");
    }

    @Test
    void invalid_parameters_are_refused() throws IOException, InterruptedException {
      create("a");
      assertThat(code(running.call("DeleteSecret", "SecretName", "a", "RecoveryWindowInDays", "6")))
          .isEqualTo("InvalidParameter");
      assertThat(running.call("RestoreSecret", "SecretName", "a").statusCode()).isEqualTo(409);
      assertThat(running.call("DeleteSecret", "SecretName", "b").statusCode()).isEqualTo(404);
      secrets.delete("a");
      assertThat(code(put("v2"))).isEqualTo("Rejected.ResourceInDeleteWindow");
    }
  }

  private HttpResponse<String> create(String name, String... parameters)
      throws IOException, InterruptedException {
    String[] usual = {"SecretName", name, "VersionId", "v1", "SecretData", "text"};
    return running.call("CreateSecret", joined(usual, parameters));
  }

  private HttpResponse<String> put(String versionId, String... parameters)
      throws IOException, InterruptedException {
    String[] usual = {"SecretName", "a", "VersionId", versionId, "SecretData", "text"};
    return running.call("PutSecretValue", joined(usual, parameters));
  }

  private static String[] joined(String[] some, String[] others) {
    return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
  }

  private String data(String name) throws IOException, InterruptedException {
    return json(running.read(name)).get("SecretData").getAsString();
  }

  /** The versions of secret {@code a} with their stages. */
  private List<String> stages() throws IOException, InterruptedException {
    JsonObject body =
        json(running.call("ListSecretVersionIds", "SecretName", "a", "IncludeDeprecated", "true"));
    return body.getAsJsonObject("VersionIds").getAsJsonArray("VersionId").asList().stream()
        .map(
            version ->
                version.getAsJsonObject().get("VersionId").getAsString()
                    + " "
                    + version
                        .getAsJsonObject()
                        .getAsJsonObject("VersionStages")
                        .getAsJsonArray("VersionStage")
                        .asList()
                        .stream()
                        .map(stage -> stage.getAsString())
                        .toList())
        .toList();
  }
}
