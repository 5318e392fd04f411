package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of a request: its head, and a body that nobody reads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestBoundTest {
  private static final String TOKEN = "X-KMS-Token: " + TestAgent.TOKEN;

  private final TestAgent agent = new TestAgent();

  RequestBoundTest() {
    agent.hold(Secrets.text("cached", "v1", "value"));
    agent.secrets.answer(
        "absent", agent.found(Secrets.text("absent", "v1", "value"), CacheState.MISS));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  private RawClient send(String... head) throws IOException {
    var client = new RawClient(agent.port);
    client.sendHead(head);
    return client;
  }

  @ParameterizedTest
  @CsvSource({"/v1/cached, 97, 200", "/v1/cached, 99, 431", "/metrics, 99, 431", "/ping, 99, 431"})
  void a_head_has_a_hundred_fields_at_most(String path, int others, int status) throws IOException {
    var fields = "a: b\r\n".repeat(others).strip();
    try (var client = send("GET " + path + " HTTP/1.1", "Host: localhost", TOKEN, fields)) {
      var answer = client.read();
      assertThat(answer.status()).isEqualTo(status);
      if (status == 431) {
        assertThat(answer.code()).isEqualTo("InvalidParameter");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/cached", "/metrics", "/nowhere"})
  void a_connection_is_closed_after_a_large_head(String path) throws IOException {
    var filler = "X: " + "x".repeat(FastPathHandler.LARGE_HEAD_BYTES);
    try (var client = send("GET " + path + " HTTP/1.1", "Host: localhost", TOKEN, filler)) {
      assertThat(client.read().header("Connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/cached, Content-Length: 9",
    "/v1/absent, Content-Length: 9",
    "/v1/cached, Transfer-Encoding: chunked",
    "/readyz, Content-Length: 9",
    "/nowhere, Content-Length: 9"
  })
  void a_reply_announces_that_the_connection_is_closed_because_of_a_body(String path, String body)
      throws IOException {
    try (var client = send("GET " + path + " HTTP/1.1", "Host: localhost", TOKEN, body)) {
      assertThat(client.read().header("Connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void a_length_of_zero_leaves_the_connection_open() throws IOException {
    try (var client =
        send("GET /v1/cached HTTP/1.1", "Host: localhost", TOKEN, "Content-Length: 0")) {
      assertThat(client.read().status()).isEqualTo(200);
      client.sendHead("GET /v1/cached HTTP/1.1", "Host: localhost", TOKEN);
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  /** What is announced here never comes. */
  @ParameterizedTest
  @CsvSource({
    "GET /v1/cached HTTP/1.1, Content-Length: 999999999, 200",
    "POST /v1/cached HTTP/1.1, Content-Length: 999999999999, 405",
    "GET /v1/cached HTTP/1.1, Content-Length: 5~Expect: 100-continue, 200"
  })
  void a_body_that_never_comes_is_not_waited_for(String start, String field, int status)
      throws IOException {
    try (var client = send(start, "Host: localhost", TOKEN, field.replace("~", "\r\n"))) {
      assertThat(client.read().status()).isEqualTo(status);
      assertThat(client.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"GET, 200", "POST, 405"})
  void a_chunked_body_that_never_ends_is_not_waited_for(String method, int status)
      throws IOException {
    try (var client =
        send(
            method + " /v1/cached HTTP/1.1",
            "Host: localhost",
            TOKEN,
            "Transfer-Encoding: chunked")) {
      client.send("5\r\nhello\r\n".repeat(100));
      assertThat(client.read().status()).isEqualTo(status);
      assertThat(client.endedWhileSending("5\r\nhello\r\n")).isTrue();
    }
  }

  @Test
  void a_connection_of_http_1_0_is_closed_after_its_answer() throws IOException {
    try (var client = send("GET /v1/cached HTTP/1.0", "Host: localhost", TOKEN)) {
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.ended()).isTrue();
    }
  }
}
