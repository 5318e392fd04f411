package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer with a secret holds, in each form, and what its headers say. */
@ExtendWith(Agents.Shared.class)
final class SuccessIT {
  private static final byte[] BYTES = {0, 1, (byte) 0xfe, (byte) 0xff};
  private static final String BASE64 = "AAH+/w==";
  private static final String ODD_TEXT = "\"quotes\"\\\n\t 密钥 \uD83D\uDD11 </script>";

  private final Agents agents;
  private final Cloud cloud;

  SuccessIT(Agents agents) {
    this.agents = agents;
    this.cloud = agents.cloud();
  }

  private AgentClient client(ResponseType type) {
    return agents.answering(type).client();
  }

  private String newBinary() {
    var name = cloud.missingSecret();
    cloud.emulator().secrets().createBinary(name, BYTES);
    return name;
  }

  private String requestIdOf(String name) {
    return cloud.emulator().calls().latest().stream()
        .filter(call -> call.secretName().equals(name))
        .reduce((_, last) -> last)
        .orElseThrow()
        .requestId();
  }

  @Nested
  class Headers {
    @ParameterizedTest
    @EnumSource(ResponseType.class)
    void every_answer_says_what_it_is_and_that_it_must_not_be_kept(ResponseType type) {
      var answer = client(type).secret(cloud.newSecret("value"));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("content-type")).contains("application/json");
      assertThat(answer.header("cache-control")).contains("no-store");
      assertThat(answer.header("x-content-type-options")).contains("nosniff");
      assertThat(answer.header("x-request-id")).isPresent();
      assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
    }

    @Test
    void no_two_answers_have_the_same_request_id() {
      var name = cloud.newSecret("value");
      var client = client(ResponseType.KMS);

      assertThat(client.secret(name).header("x-request-id"))
          .isNotEqualTo(client.secret(name).header("x-request-id"));
    }

    @Test
    void the_state_of_the_cache_is_told() {
      var name = cloud.newSecret("value");
      var client = client(ResponseType.KMS);

      assertThat(client.secret(name).header("cache-status")).contains("kms-agent; fwd=miss");
      assertThat(client.secret(name).header("cache-status").orElseThrow())
          .matches("kms-agent; hit; ttl=(2\\d\\d|300)");
      assertThat(client.refreshed(name).header("cache-status")).contains("kms-agent; fwd=request");
    }

    @Test
    void the_age_is_told_in_seconds() {
      assertThat(client(ResponseType.KMS).secret(cloud.newSecret("value")).header("age"))
          .hasValueSatisfying(age -> assertThat(Integer.parseInt(age)).isBetween(0, 30));
    }
  }

  @Nested
  class EntityTags {
    private final AgentClient client = client(ResponseType.KMS);
    private final String name = cloud.newSecret("value");
    private final String tag = client.secret(name).header("etag").orElseThrow();

    private Answer ifNoneMatch(String tags) {
      return client.with("If-None-Match", tags).secret(name);
    }

    @Test
    void a_tag_is_strong_and_stays_while_the_body_does() {
      assertThat(tag).matches("\"[^\"]+\"");
      assertThat(client.secret(name).header("etag")).contains(tag);
    }

    @Test
    void a_tag_changes_with_the_body() {
      cloud.emulator().secrets().put(name, "v2", "value");

      assertThat(client.refreshed(name).header("etag").orElseThrow()).isNotEqualTo(tag);
    }

    /** A plain hash would let the value be guessed. */
    @ParameterizedTest
    @ValueSource(strings = {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"})
    void a_tag_is_no_plain_hash_of_the_body(String algorithm) throws NoSuchAlgorithmException {
      var body = client.secret(name).body().getBytes(StandardCharsets.UTF_8);
      var hash = MessageDigest.getInstance(algorithm).digest(body);

      assertThat(tag)
          .doesNotContain(HexFormat.of().formatHex(hash))
          .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(hash))
          .doesNotContain(Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
    }

    @Test
    void a_client_that_has_the_body_does_not_get_it_again() {
      var answer = ifNoneMatch(tag);

      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("etag")).contains(tag);
      assertThat(answer.cacheStatus()).isEqualTo("hit");
      assertThat(answer.header("cache-control")).contains("no-store");
    }

    @Test
    void one_of_a_list_will_do_and_so_will_a_star_or_a_weak_form() {
      assertThat(ifNoneMatch("\"other\", " + tag).status()).isEqualTo(304);
      assertThat(ifNoneMatch("*").status()).isEqualTo(304);
      assertThat(ifNoneMatch("W/" + tag).status()).isEqualTo(304);
    }

    @Test
    void another_tag_gets_the_body() {
      assertThat(ifNoneMatch("\"other\"").status()).isEqualTo(200);
      assertThat(ifNoneMatch(tag.replace("\"", "")).status()).isEqualTo(200);
    }
  }

  @Nested
  class Kms {
    private final AgentClient client = client(ResponseType.KMS);

    @Test
    void a_text_comes_in_the_response_of_get_secret_value() {
      var name = cloud.newSecret(ODD_TEXT);

      var body = client.secret(name).json();

      assertThat(body.keySet())
          .containsExactlyInAnyOrder(
              "SecretName",
              "SecretType",
              "SecretData",
              "SecretDataType",
              "VersionId",
              "VersionStages",
              "CreateTime",
              "RequestId");
      assertThat(body.asMap())
          .contains(
              entry("SecretName", json(name)),
              entry("SecretType", json("Generic")),
              entry("SecretData", json(ODD_TEXT)),
              entry("SecretDataType", json("text")),
              entry("VersionId", json("v1")),
              entry("VersionStages", object("{\"VersionStage\":[\"ACSCurrent\"]}")),
              entry("RequestId", json(requestIdOf(name))));
      assertThat(Instant.parse(body.get("CreateTime").getAsString())).isBefore(Instant.MAX);
    }

    @Test
    void bytes_come_as_base64() {
      var body = client.secret(newBinary());

      assertThat(body.text("SecretDataType")).isEqualTo("binary");
      assertThat(body.text("SecretData")).isEqualTo(BASE64);
    }
  }

  @Nested
  class Aws {
    private final AgentClient client = client(ResponseType.AWS);

    @Test
    void a_text_comes_in_the_response_of_secrets_manager() {
      var name = cloud.newSecret(ODD_TEXT);

      var body = client.secret(name).json();

      assertThat(body.asMap())
          .contains(
              entry("Name", json(name)),
              entry("VersionId", json("v1")),
              entry("SecretString", json(ODD_TEXT)),
              entry("VersionStages", JsonParser.parseString("[\"AWSCURRENT\"]")));
      assertThat(body.has("ARN")).isFalse();
      assertThat(body.get("CreatedDate").getAsJsonPrimitive().isString()).isTrue();
      assertThat(Instant.ofEpochSecond(body.get("CreatedDate").getAsLong()))
          .isAfter(Instant.parse("2020-01-01T00:00:00Z"));
      assertThat(body.has("SecretBinary")).isFalse();
    }

    @Test
    void bytes_come_as_base64() {
      var body = client.secret(newBinary());

      assertThat(body.text("SecretBinary")).isEqualTo(BASE64);
      assertThat(body.json().has("SecretString")).isFalse();
    }

    @Test
    void stages_have_their_names_of_secrets_manager_in_requests_and_answers() {
      var name = cloud.newSecret("old");
      cloud.emulator().secrets().put(name, "v2", "new");

      var current = client.secret(name + "&versionStage=AWSCURRENT");
      var previous = client.secret(name + "&versionStage=AWSPREVIOUS");

      assertThat(current.text("SecretString")).isEqualTo("new");
      assertThat(previous.text("SecretString")).isEqualTo("old");
      assertThat(previous.json().get("VersionStages").toString()).isEqualTo("[\"AWSPREVIOUS\"]");
    }
  }

  @Nested
  class Vault {
    private final AgentClient client = client(ResponseType.VAULT);

    private JsonObject data(Answer answer) {
      return answer.json().getAsJsonObject("data").getAsJsonObject("data");
    }

    @Test
    void the_answer_has_every_field_of_a_read_from_version_2() {
      var body = client.secret(cloud.newSecret("value")).json();

      assertThat(body.keySet())
          .containsExactlyInAnyOrder(
              "request_id",
              "lease_id",
              "renewable",
              "lease_duration",
              "data",
              "wrap_info",
              "warnings",
              "auth");
      assertThat(body.getAsJsonObject("data").keySet())
          .containsExactlyInAnyOrder("data", "metadata");
      assertThat(body.getAsJsonObject("data").getAsJsonObject("metadata").keySet())
          .contains("created_time", "deletion_time", "destroyed", "version");
    }

    @Test
    void an_object_becomes_the_keys_of_the_data() {
      var object = "{\"user\":\"app\",\"port\":5432,\"nested\":{\"a\":[1,true,null]}}";

      assertThat(data(client.secret(cloud.newSecret(object)))).isEqualTo(object(object));
    }

    @Test
    void anything_else_becomes_the_one_key_value() {
      for (var text : new String[] {"plain", "[1]", "\"quoted\"", "42", "{broken", ODD_TEXT}) {
        assertThat(data(client.secret(cloud.newSecret(text))).asMap())
            .containsExactly(entry("value", json(text)));
      }
    }

    @Test
    void bytes_come_as_base64() {
      assertThat(data(client.secret(newBinary())).asMap())
          .containsExactly(entry("value", json(BASE64)));
    }
  }

  @Test
  void the_largest_secret_comes_through_whole() {
    var largest = "密".repeat(30_720 / "密".getBytes(StandardCharsets.UTF_8).length);

    assertThat(client(ResponseType.KMS).secret(cloud.newSecret(largest)).text("SecretData"))
        .isEqualTo(largest);
  }

  private static JsonElement json(String text) {
    return new JsonPrimitive(text);
  }

  private static JsonObject object(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }
}
