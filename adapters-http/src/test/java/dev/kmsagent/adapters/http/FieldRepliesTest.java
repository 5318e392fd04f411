package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameters {@code field}, {@code fields} and {@code maxStale}, in each dialect. */
@ParameterizedClass
@EnumSource
class FieldRepliesTest {
  private static final String CANARY = "canary-41b7";
  private static final String OBJECT =
      " {\"user\" : \""
          + CANARY
          + "\", \"port\":5432, \"one\":1.0, \"no\":null, \"list\":[1, 2],"
          + " \"object\":{\"a\" : 1}, \"a b/ä\":\"odd\", \"x,y\":\"comma\", \"empty\":\"\"}\n";

  @AutoClose private final TestAgent agent;

  FieldRepliesTest(ResponseType dialect) {
    agent = new TestAgent(dialect);
    agent.hold(Secrets.text("json", "v1", OBJECT));
    agent.hold(Secrets.text("text", "v1", "pä\"ss"));
    agent.hold(Secrets.text("wrapped", "v1", "{\"value\":\"x\"}"));
    agent.hold(Secrets.text("large", "v1", "{\"k\":\"" + "x".repeat(200_000) + "\"}"));
    agent.hold(Secrets.text("deep", "v1", "{\"a\":" + "[".repeat(400) + "]".repeat(400) + "}"));
    agent.hold(Secrets.binary("binary", "v1", "AAH/"));
    agent.hold(Secrets.binary("odd", "v1", "%%%"));
    agent.give(Secrets.text("missed", "v1", OBJECT));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "user, " + CANARY,
        "list, `[1,2]`",
        "a%20b/%C3%A4, odd",
        "empty, ``",
        ".,`" + OBJECT + "`"
      })
  void a_field_is_its_text_or_its_json_and_a_point_the_value_byte_for_byte(
      String name, String text) {
    var answer = agent.get("/v1/json?field=" + name);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(text);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    assertThat(answer.header("Cache-Status")).startsWith("kms-agent; hit; ttl=");
    assertThat(answer.header("Age")).isEqualTo("0");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(agent.get("/secretsmanager/get?secretId=json&field=" + name).body()).isEqualTo(text);
  }

  /** Most clients encode a comma, wherever it stands. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          port,user,list        | {"port":"5432","user":"canary-41b7","list":"[1,2]"}
          port%2Ca%20b/%C3%A4   | {"port":"5432","a b/ä":"odd"}
          empty,one,empty       | {"empty":"","one":"1.0"}
          object                | {"object":"{\\"a\\":1}"}
          """)
  void fields_are_an_object_of_their_texts_in_the_order_of_the_request(String names, String json) {
    for (var secret : List.of("json", "missed")) {
      var answer = agent.get("/v1/" + secret + "?fields=" + names);
      assertThat(answer.body()).isEqualTo(json);
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    }
  }

  @Test
  void other_texts_and_what_kms_just_gave_are_read_as_well() {
    assertThat(agent.get("/v1/wrapped?field=.").body()).isEqualTo("{\"value\":\"x\"}");
    assertThat(agent.get("/v1/text?field=.").body()).isEqualTo("pä\"ss");
    assertThat(agent.get("/v1/large?field=.").body()).hasSize(200_008);
    assertThat(agent.get("/v1/large?field=k").body()).hasSize(200_000);
    var missed = agent.get("/v1/missed?field=port");
    assertThat(missed.body()).isEqualTo("5432");
    assertThat(missed.header("Cache-Status")).isEqualTo("kms-agent; fwd=miss");
  }

  @Test
  void a_point_is_binary_data_decoded() {
    var answer = agent.get("/v1/binary?field=.");
    assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(answer.header("Content-Length")).isEqualTo("3");
    assertThat(answer.body()).startsWith("\0\1");
  }

  @ParameterizedTest
  @CsvSource({
    "json?field=absent, 404, NoSuchField",
    "json?field=no, 404, NoSuchField",
    "json?field=a, 404, NoSuchField",
    "'json?fields=user,absent', 404, no field 'absent'",
    "'json?fields=no,user', 404, no field 'no'",
    "json?field=%C3%A4, 404, no field '?'",
    "json?fields=x%2Cy, 404, no field 'x'",
    "text?field=value, 400, no JSON object",
    "'text?fields=value,user', 400, no JSON object",
    "deep?field=a, 400, nested deeper than 255 levels",
    "binary?field=value, 400, no JSON object",
    "odd?field=., 502, not base64",
    "json?maxStale=-1, 400, maxStale"
  })
  void what_is_not_there_is_refused(String target, int status, String message) {
    var answer = agent.get("/v1/" + target);
    answer.assertMessage(status, message);
    assertThat(answer.body()).doesNotContain(CANARY, "pä", "AAH");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"user", CANARY, CANARY + "&field=" + CANARY, CANARY + "%00", "user&fields=user"})
  void nothing_of_a_field_is_logged_or_told_in_an_event(String name) {
    try (var log = LogRecorder.ofProcess()) {
      agent.get("/v1/json?field=" + name);
      assertThat(log.texts()).noneMatch(line -> line.contains(CANARY));
      assertThat(agent.events.all().toString()).doesNotContain(CANARY);
    }
  }

  @Test
  void a_bound_on_staleness_is_passed_on() {
    assertThat(agent.get("/v1/json?maxStale=60").status()).isEqualTo(200);
    assertThat(agent.get("/v1/json?maxStale=0&field=port").body()).isEqualTo("5432");
    assertThat(agent.get("/v1/json").status()).isEqualTo(200);
    assertThat(agent.secrets.bounds).containsExactly(Duration.ofSeconds(60), Duration.ZERO);
  }
}
