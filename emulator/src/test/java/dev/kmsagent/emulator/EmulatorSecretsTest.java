package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.util.Base64;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class EmulatorSecretsTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final EmulatorSecrets secrets = running.emulator().secrets();

  @Nested
  class A_rotation {
    @Test
    void numbers_a_json_object_inside() {
      secrets.create("a", "{\"user\":\"u\"}").rotate("a").rotate("a");
      assertThat(data("a")).isEqualTo("{\"user\":\"u\",\"rotation\":3}");
    }

    @Test
    void numbers_bytes_at_their_end() {
      secrets.createBinary("a", new byte[] {0, -1}).rotate("a").rotate("a");
      assertThat(Base64.getDecoder().decode(data("a"))).containsExactly(0, -1, '#', '3');
    }

    @Test
    void goes_on_from_the_highest_version() {
      secrets.create("a", "text").put("a", "v7", "other").put("a", "blue", "third").rotate("a");
      assertThat(secrets.currentVersionId("a")).contains("v8");
    }
  }

  @Test
  void what_kms_would_refuse_is_an_illegal_argument() {
    secrets.create("a", "text");
    assertThatThrownBy(() -> secrets.create("a", "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Rejected.ResourceExist");
    assertThatThrownBy(() -> secrets.put("b", "v1", "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Forbidden.ResourceNotFound");
  }

  @Test
  void bytes_can_be_put_after_bytes() {
    secrets.createBinary("a", new byte[] {1}).putBinary("a", "v2", new byte[] {2});
    assertThat(data("a")).isEqualTo("Ag==");
  }

  @Test
  void of_eleven_versions_the_first_is_gone_and_two_have_stages() {
    secrets.create("a", "1");
    for (int number = 2; number <= 11; number++) {
      secrets.put("a", "v" + number, Integer.toString(number));
    }
    assertThat(version("VersionId", "v1").statusCode()).isEqualTo(404);
    assertThat(json(version("VersionId", "v2")).get("VersionStages"))
        .hasToString("{\"VersionStage\":[]}");
    assertThat(json(version("VersionId", "v9")).get("VersionStages"))
        .hasToString("{\"VersionStage\":[]}");
    assertThat(json(version("VersionStage", "ACSPrevious")).get("VersionId").getAsString())
        .isEqualTo("v10");
    assertThat(data("a")).isEqualTo("11");
  }

  @Test
  void a_version_that_exists_is_not_changed() {
    secrets.create("a", "1").put("a", "v2", "2").put("a", "v1", "1");
    assertThat(data("a")).isEqualTo("2");
    assertThatThrownBy(() -> secrets.put("a", "v1", "other"))
        .hasMessageStartingWith("Rejected.ResourceExist");
  }

  private HttpResponse<String> version(String parameter, String value) {
    return running.call("GetSecretValue", "SecretName", "a", parameter, value);
  }

  @Test
  void an_unknown_secret_has_no_current_version() {
    assertThat(secrets.currentVersionId("a")).isEmpty();
  }

  private String data(String name) {
    return json(running.read(name)).get("SecretData").getAsString();
  }
}
