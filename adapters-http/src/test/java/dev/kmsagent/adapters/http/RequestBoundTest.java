package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no HTTP request, and the bounds of one: its head, and a body that is not read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestBoundTest {
  private static final String TOKEN = "X-KMS-Token: " + TestAgent.TOKEN;

  @AutoClose private final TestAgent agent = new TestAgent();

  RequestBoundTest() {
    agent.hold(Secrets.text("cached", "v1", "value"));
    agent.give(Secrets.text("absent", "v1", "value"));
  }

  private ClientConnection send(String... head) throws IOException {
    var client = new ClientConnection(agent.port);
    client.sendHead(head);
    return client;
  }

  /** The bytes, where a tilde ends a line and GET and HOST stand for whole lines. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a bad escape             | 400 | GET /v1/%zz<aaa> HTTP/1.1~HOST~
          an escaped zero          | 400 | GET /v1/a%00 HTTP/1.1~HOST~
          a path above its root    | 400 | GET /v1/../../a HTTP/1.1~HOST~
          a fragment               | 400 | GET /v1/a#b HTTP/1.1~HOST~
          no host                  | 400 | GET~
          an empty host            | 400 | GETHost:~~
          two hosts                | 400 | GETHOSTHOST~
          another host             | 400 | GET http://evil.example/v1/a HTTP/1.1~HOST~
          a port that is none      | 400 | GETHost: localhost:x~~
          two lengths              | 400 | GETHOSTContent-Length: 1~Content-Length: 2~~
          a length and chunks      | 400 | GETHOSTContent-Length: 1~Transfer-Encoding: chunked~~
          a name with a space      | 400 | GETHOSTX Y: z~~
          a space before the colon | 400 | GETHOSTX : z~~
          a folded line            | 400 | GETHOSTX: y~ z~~
          a zero in a value        | 400 | GETHOSTX: \0~~
          noise                    | 400 | '\u0016\u0003\u0001\u0002\0~~'
          a target too long        | 414 | GET /v1/LONG HTTP/1.1~~
          a header too long        | 431 | GETHOSTX: LONG~~
          another version          | 505 | GET /v1/a HTTP/3.0~HOST~
          """)
  void what_is_malformed_is_refused_in_json_without_a_word_about_the_server(
      String what, int status, String bytes) throws IOException {
    try (var client = new ClientConnection(agent.port)) {
      client.send(
          bytes
              .replaceFirst("^GET(?! )", "GET /v1/a HTTP/1.1~")
              .replace("HOST", "Host: localhost~")
              .replace("LONG", "a".repeat(9000))
              .replace("~", "\r\n"));
      var answer = client.read();
      assertThat(answer.status()).as(what).isEqualTo(status);
      assertThat(answer.text("Code")).isEqualTo("InvalidParameter");
      assertThat(answer.text("Message")).startsWith("this is no HTTP request to be served: ");
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Request-Id")).startsWith("test-");
      assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by", "date");
      assertThat(answer.toString()).doesNotContainIgnoringCase("jetty").doesNotContain("aaa");
    }
    assertThat(agent.rejections()).contains(status + " InvalidParameter from 127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({"1, __type", "2, errors"})
  void it_is_refused_in_the_dialect_of_the_clients(int dialect, String member) {
    try (var other = new TestAgent("ResponseType = " + dialect)) {
      assertThat(other.raw("GET /v1/a HTTP/1.1").json().has(member)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"/v1/cached, 97, 200", "/v1/cached, 99, 431", "/metrics, 99, 431", "/ping, 99, 431"})
  void a_head_has_a_hundred_fields_at_most(String path, int others, int status) {
    var fields = "a: b\r\n".repeat(others).strip();
    var answer = agent.raw("GET " + path + " HTTP/1.1", "Host: localhost", TOKEN, fields);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains(status == 431 ? "InvalidParameter" : "SecretData");
  }

  /** Connections that are closed after the answer, which says so. */
  @ParameterizedTest
  @CsvSource({
    "/v1/cached, X: LARGE",
    "/metrics, X: LARGE",
    "/nowhere, X: LARGE",
    "/v1/cached, Content-Length: 9",
    "/v1/absent, Content-Length: 9",
    "/v1/cached, Transfer-Encoding: chunked",
    "/readyz, Content-Length: 9",
    "/nowhere, Content-Length: 9"
  })
  void a_connection_is_closed_after_a_large_head_and_because_of_a_body(String path, String field)
      throws IOException {
    var sent = field.replace("LARGE", "x".repeat(FastPathHandler.LARGE_HEAD_BYTES));
    try (var client = send("GET " + path + " HTTP/1.1", "Host: localhost", TOKEN, sent)) {
      assertThat(client.read().header("Connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void a_length_of_zero_leaves_the_connection_open() throws IOException {
    try (var client =
        send("GET /v1/cached HTTP/1.1", "Host: localhost", TOKEN, "Content-Length: 0")) {
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(TestAgent.get(client, "/v1/cached").status()).isEqualTo(200);
    }
  }

  /** What is announced here never comes. */
  @ParameterizedTest
  @CsvSource({
    "GET /v1/cached HTTP/1.1, Content-Length: 999999999, 200",
    "POST /v1/cached HTTP/1.1, Content-Length: 999999999999, 405",
    "GET /v1/cached HTTP/1.1, Content-Length: 5~Expect: 100-continue, 200",
    "GET /v1/cached HTTP/1.0, X: y, 200"
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
    var start = method + " /v1/cached HTTP/1.1";
    try (var client = send(start, "Host: localhost", TOKEN, "Transfer-Encoding: chunked")) {
      client.send("5\r\nhello\r\n".repeat(100));
      assertThat(client.read().status()).isEqualTo(status);
      Patience.assertSoon(() -> !client.trySend("5\r\nhello\r\n"));
    }
  }
}
