package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameters {@code field} and {@code maxStale}, in each dialect. */
@ParameterizedClass
@EnumSource
class FieldRepliesTest {
  private static final String CANARY = "canary-41b7";
  private static final String OBJECT =
      " {\"user\" : \""
          + CANARY
          + "\", \"port\":5432, \"one\":1.0, \"exp\":1e5, \"yes\":true, \"no\":null,"
          + " \"list\":[1, 2], \"object\":{\"a\" : 1}, \"a b/ä\":\"odd\", \"empty\":\"\"}\n";

  private final TestAgent agent;

  FieldRepliesTest(ResponseType dialect) {
    agent = new TestAgent(dialect);
    agent.hold(Secrets.text("json", "v1", OBJECT));
    agent.hold(Secrets.text("text", "v1", "pä\"ss"));
    agent.hold(Secrets.text("wrapped", "v1", "{\"value\":\"x\"}"));
    agent.hold(Secrets.binary("binary", "v1", "AAH/"));
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private static Secret createdLater(Secret secret) {
    var attributes = new HashMap<>(secret.attributes());
    attributes.put(SecretAttribute.CREATE_TIME, "2026-01-01T00:00:01Z");
    return new Secret(
        secret.name(),
        secret.version(),
        secret.stages(),
        secret.dataType(),
        secret.value(),
        attributes);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "user, " + CANARY,
        "port, 5432",
        "one, 1.0",
        "exp, 1e5",
        "yes, true",
        "list, `[1,2]`",
        "object, `{\"a\":1}`",
        "a%20b/%C3%A4, odd",
        "empty, ``"
      })
  void a_field_is_its_text_or_its_json(String name, String text) {
    var answer = agent.get("/v1/json?field=" + name);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(text);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    assertThat(answer.header("Cache-Status")).startsWith("kms-agent; hit; ttl=");
    assertThat(answer.header("Age")).isEqualTo("0");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @Test
  void both_routes_know_it() {
    assertThat(agent.get("/secretsmanager/get?secretId=json&field=port").body()).isEqualTo("5432");
  }

  @Test
  void a_point_is_the_value_byte_for_byte() {
    assertThat(agent.get("/v1/json?field=.").body()).isEqualTo(OBJECT);
    assertThat(agent.get("/v1/wrapped?field=.").body()).isEqualTo("{\"value\":\"x\"}");
    var text = agent.get("/v1/text?field=.");
    assertThat(text.body()).isEqualTo("pä\"ss");
    assertThat(text.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
  }

  @Test
  void a_point_is_binary_data_decoded() throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(
          "GET /v1/binary?field=. HTTP/1.1",
          "Host: localhost",
          "X-KMS-Token: " + TestAgent.TOKEN,
          "Connection: close");
      var head = client.readHead();
      assertThat(head.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(head.header("Content-Length")).isEqualTo("3");
      assertThat(client.readAll()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"absent", "no", "a"})
  void an_absent_field_and_null_are_not_found(String name) {
    var answer = agent.get("/v1/json?field=" + name);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("NoSuchField").doesNotContain(CANARY);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "binary"})
  void a_secret_that_is_no_json_object_has_no_fields(String name) {
    var answer = agent.get("/v1/" + name + "?field=value");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("no JSON object").doesNotContain("pä", "AAH");
  }

  @Test
  void binary_data_that_is_not_base64_is_not_passed_on() {
    agent.hold(Secrets.binary("odd", "v1", "%%%"));
    assertThat(agent.get("/v1/odd?field=.").status()).isEqualTo(502);
  }

  @Test
  void the_tag_is_of_the_version_and_the_field_and_of_no_value() {
    agent.hold(Secrets.text("tagged", "v1", OBJECT));
    var tag = tag("/v1/tagged?field=user");
    agent.hold(Secrets.text("tagged", "v1", "{\"user\":\"another\"}"));
    assertThat(tag("/v1/tagged?field=user")).isEqualTo(tag);
    assertThat(tag("/v1/tagged?field=.")).isNotEqualTo(tag);
    agent.hold(Secrets.text("tagged", "v2", OBJECT));
    assertThat(tag("/v1/tagged?field=user")).isNotEqualTo(tag);
  }

  @Test
  void a_secret_that_was_deleted_and_created_anew_has_another_tag() {
    agent.hold(Secrets.binary("anew", "v1", "AAH/"));
    var tag = tag("/v1/anew?field=.");
    agent.hold(createdLater(Secrets.binary("anew", "v1", "AAH/")));
    assertThat(tag("/v1/anew?field=.")).isNotEqualTo(tag);
  }

  private String tag(String target) {
    return agent.get(target).header("ETag");
  }

  @Test
  void a_client_that_has_the_version_gets_no_body() {
    var tag = agent.get("/v1/json?field=user").header("ETag");
    var answer = agent.get("/v1/json?field=user", "If-None-Match", tag);
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(agent.get("/v1/json?field=port", "If-None-Match", tag).status()).isEqualTo(200);
    assertThat(agent.get("/v1/json?field=absent", "If-None-Match", "*").status()).isEqualTo(404);
  }

  @Test
  void what_kms_just_gave_has_fields_too() {
    agent.secrets.answer(
        "missed", agent.found(Secrets.text("missed", "v1", OBJECT), CacheState.MISS));
    var answer = agent.get("/v1/missed?field=port");
    assertThat(answer.body()).isEqualTo("5432");
    assertThat(answer.header("Cache-Status")).isEqualTo("kms-agent; fwd=miss");
  }

  @Test
  void nothing_of_a_field_is_logged_or_told_in_an_event() {
    try (var log = LogRecorder.ofProcess()) {
      agent.get("/v1/json?field=user");
      agent.get("/v1/json?field=" + CANARY);
      agent.get("/v1/json?field=" + CANARY + "&field=" + CANARY);
      agent.get("/v1/json?field=" + CANARY + "%00");
      assertThat(log.texts()).noneMatch(line -> line.contains(CANARY));
      assertThat(agent.events.all().toString()).doesNotContain(CANARY);
    }
  }

  @Test
  void a_bound_on_staleness_is_passed_on() {
    assertThat(agent.get("/v1/json?maxStale=60").status()).isEqualTo(200);
    assertThat(agent.get("/v1/json?maxStale=0&field=port").body()).isEqualTo("5432");
    assertThat(agent.get("/v1/json").status()).isEqualTo(200);
    assertThat(agent.secrets.bounds()).containsExactly(Duration.ofSeconds(60), Duration.ZERO);
    assertThat(agent.get("/v1/json?maxStale=-1").status()).isEqualTo(400);
  }

  @Test
  void a_large_secret_is_read_whole() {
    var large = "{\"k\":\"" + "x".repeat(200_000) + "\"}";
    agent.hold(Secrets.text("large", "v1", large));
    assertThat(agent.get("/v1/large?field=.").body()).isEqualTo(large);
    assertThat(agent.get("/v1/large?field=k").body()).hasSize(200_000);
  }
}
