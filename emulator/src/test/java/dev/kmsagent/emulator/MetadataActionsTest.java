package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataActionsTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();

  @BeforeEach
  void create() {
    running.emulator().secrets().create("a", "s3cret");
  }

  private JsonObject description() throws IOException, InterruptedException {
    return json(running.call("DescribeSecret", "SecretName", "a", "FetchTags", "true"));
  }

  private String tags() throws IOException, InterruptedException {
    return description().getAsJsonObject("Tags").get("Tag").toString();
  }

  private HttpResponse<String> tag(String... namesAndValues)
      throws IOException, InterruptedException {
    var tags =
        IntStream.range(0, namesAndValues.length / 2)
            .mapToObj(
                i ->
                    "{\"TagKey\":\"%s\",\"TagValue\":\"%s\"}"
                        .formatted(namesAndValues[2 * i], namesAndValues[2 * i + 1]))
            .collect(Collectors.joining(",", "[", "]"));
    return running.call("TagResource", "SecretName", "a", "Tags", tags);
  }

  @Nested
  class Update_secret {
    @Test
    void changes_the_description_and_the_time_of_the_update()
        throws IOException, InterruptedException {
      running.pass(Duration.ofSeconds(5));
      var response = running.call("UpdateSecret", "SecretName", "a", "Description", "new");

      assertThat(json(response).get("SecretName").getAsString()).isEqualTo("a");
      assertThat(description().get("Description").getAsString()).isEqualTo("new");
      assertThat(description().get("UpdateTime").getAsString()).isEqualTo("2026-11-24T12:00:05Z");
    }

    @Test
    void without_a_description_keeps_it() throws IOException, InterruptedException {
      running.call("UpdateSecret", "SecretName", "a", "Description", "old");
      running.call("UpdateSecret", "SecretName", "a");

      assertThat(description().get("Description").getAsString()).isEqualTo("old");
    }

    @Test
    void refuses_what_a_generic_secret_does_not_have() throws IOException, InterruptedException {
      var response =
          running.call("UpdateSecret", "SecretName", "a", "ExtendedConfig.CustomData", "{}");

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("InvalidParameter");
    }

    @Test
    void needs_a_secret_that_is_there() throws IOException, InterruptedException {
      assertThat(running.call("UpdateSecret", "SecretName", "b").statusCode()).isEqualTo(404);
      running.emulator().secrets().delete("a");
      assertThat(code(running.call("UpdateSecret", "SecretName", "a")))
          .isEqualTo("Rejected.ResourceInDeleteWindow");
    }
  }

  @Nested
  class Tags {
    @Test
    void are_added_and_replaced() throws IOException, InterruptedException {
      assertThat(tag("one", "1", "two", "2").statusCode()).isEqualTo(200);
      tag("two", "two");

      assertThat(tags())
          .isEqualTo(
              "[{\"TagKey\":\"one\",\"TagValue\":\"1\"},"
                  + "{\"TagKey\":\"two\",\"TagValue\":\"two\"}]");
    }

    @Test
    void are_removed_by_their_keys() throws IOException, InterruptedException {
      tag("one", "1", "two", "2");
      var response =
          running.call("UntagResource", "SecretName", "a", "TagKeys", "[\"two\",\"three\",null]");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(tags()).isEqualTo("[{\"TagKey\":\"one\",\"TagValue\":\"1\"}]");
    }

    @Test
    void are_ten_at_most() throws IOException, InterruptedException {
      for (int i = 0; i < 10; i++) {
        assertThat(tag("k" + i, "v").statusCode()).isEqualTo(200);
      }
      assertThat(code(tag("k10", "v"))).isEqualTo("Rejected.LimitExceeded");
      assertThat(tags()).doesNotContain("k10");
    }

    @Test
    void need_exactly_one_resource_which_is_a_secret() throws IOException, InterruptedException {
      assertThat(code(running.call("TagResource", "Tags", "[]"))).isEqualTo("MissingParameter");
      assertThat(code(running.call("TagResource", "Tags", "[]", "KeyId", "key-1")))
          .isEqualTo("Forbidden.KeyNotFound");
      assertThat(code(running.call("TagResource", "Tags", "[]", "CertificateId", "c")))
          .isEqualTo("Forbidden.ResourceNotFound");
      assertThat(code(running.call("TagResource", "Tags", "[]", "KeyId", "k", "SecretName", "a")))
          .isEqualTo("InvalidParameter");
      assertThat(code(running.call("TagResource", "Tags", "[]", "SecretName", "b")))
          .isEqualTo("Forbidden.ResourceNotFound");
    }

    @ParameterizedTest
    @ValueSource(strings = {"two", "{}", "7"})
    void need_a_list_of_keys(String keys) throws IOException, InterruptedException {
      assertThat(code(running.call("UntagResource", "SecretName", "a", "TagKeys", keys)))
          .isEqualTo("InvalidParameter");
    }
  }

  @Nested
  class Rotate_secret {
    @Test
    void is_refused_for_a_generic_secret_and_changes_nothing()
        throws IOException, InterruptedException {
      var response = running.call("RotateSecret", "SecretName", "a", "VersionId", "v2");

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("Rejected.UnsupportedOperation");
      assertThat(running.emulator().secrets().currentVersionId("a")).hasValue("v1");
    }

    @Test
    void needs_a_secret_and_a_version() throws IOException, InterruptedException {
      assertThat(code(running.call("RotateSecret", "SecretName", "a")))
          .isEqualTo("MissingParameter");
      assertThat(code(running.call("RotateSecret", "SecretName", "b", "VersionId", "v2")))
          .isEqualTo("Forbidden.ResourceNotFound");
    }
  }
}
