package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes with a secret. The entries were read 87 seconds ago and are fresh for 300. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SuccessTest {
  private final TestAgent agent = new TestAgent();

  @BeforeAll
  void letTimePass() {
    for (var state : CacheState.values()) {
      agent.secrets.answer(state.name(), agent.found(secret(state.name()), state));
    }
    agent.time.advance(Duration.ofSeconds(87));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  private static Secret secret(String name) {
    return Secrets.text(name, "v1", "väl\"ue");
  }

  @ParameterizedTest
  @CsvSource({
    "HIT, hit; ttl=213",
    "STALE, hit; ttl=213; detail=stale-if-error",
    "MISS, fwd=miss",
    "REVALIDATED, fwd=stale",
    "REFRESHED, fwd=request"
  })
  void the_state_of_the_cache_is_told(String state, String told) {
    assertThat(agent.get("/v1/" + state).header("Cache-Status")).isEqualTo("kms-agent; " + told);
  }

  @Test
  void a_stale_answer_has_a_negative_time_to_live_rounded_down() {
    try (var other = new TestAgent()) {
      var entry = other.entry(secret("s"));
      other.secrets.answer("s", new Found(entry, CacheState.STALE));
      other.time.advance(Duration.ofMillis(336_500));
      var answer = other.get("/v1/s");
      assertThat(answer.header("Cache-Status"))
          .isEqualTo("kms-agent; hit; ttl=-37; detail=stale-if-error");
      assertThat(answer.header("Age")).isEqualTo("336");
    }
  }

  @Test
  void the_headers_are_these_and_no_others() {
    var answer = agent.get("/v1/HIT");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().keySet())
        .isEqualTo(
            Set.of(
                "content-type",
                "content-length",
                "cache-control",
                "x-content-type-options",
                "x-request-id",
                "cache-status",
                "age",
                "etag"));
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Age")).isEqualTo("87");
  }

  @Test
  void the_body_is_in_utf8_and_every_request_has_an_id_of_its_own() {
    var one = agent.get("/v1/HIT");
    var other = agent.get("/v1/HIT");
    assertThat(one.json().get("SecretData").getAsString()).isEqualTo("väl\"ue");
    assertThat(one.header("X-Request-Id"))
        .startsWith("test-")
        .isNotEqualTo(other.header("X-Request-Id"));
  }

  @Nested
  class With_a_condition {
    private final String tag = agent.get("/v1/HIT").header("ETag");

    @Test
    void that_matches_the_secret_is_not_sent_again() throws IOException {
      try (var client = new RawClient(agent.port)) {
        client.sendHead(
            "GET /v1/HIT HTTP/1.1",
            "Host: localhost",
            "X-Vault-Token: " + TestAgent.TOKEN,
            "If-None-Match: \"other\", W/" + tag);
        var answer = client.readHead();
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.headers().keySet())
            .isEqualTo(
                Set.of(
                    "cache-control",
                    "x-content-type-options",
                    "x-request-id",
                    "cache-status",
                    "age",
                    "etag"));
        client.sendHead("GET /ping HTTP/1.1", "Host: localhost");
        assertThat(client.read().body()).isEqualTo("healthy");
      }
    }

    @ParameterizedTest
    @CsvSource({
      "TAG, 304",
      "W/TAG, 304",
      "'\"x\",TAG,\"y\"', 304",
      "*, 304",
      "bare, 200",
      "'\"*\"', 200",
      "'\"x\", \"another\"', 200"
    })
    void compares_weakly_in_a_list_and_by_the_star(String condition, int status) {
      var sent = condition.replace("TAG", tag).replace("bare", tag.replace("\"", ""));
      assertThat(agent.get("/v1/HIT", "If-None-Match", sent).status()).isEqualTo(status);
    }

    @Test
    void may_be_in_any_of_several_fields() {
      var fields = new String[] {"If-None-Match", "\"x\"", "If-None-Match", tag};
      assertThat(agent.get("/v1/HIT", fields).status()).isEqualTo(304);
    }

    @Test
    void does_not_hide_a_failure() {
      assertThat(agent.get("/v1/gone", "If-None-Match", "*").status()).isEqualTo(404);
    }
  }
}
