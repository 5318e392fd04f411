package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no HTTP request gets an answer in the same form as everything else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParserRefusalTest {
  private static final String HOST = "Host: localhost\r\n";
  private static final String GET = "GET /v1/a HTTP/1.1\r\n";

  private final TestAgent agent = new TestAgent();

  @AfterAll
  void stop() {
    agent.close();
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("a bad escape", 400, "GET /v1/%zz<aaa> HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("half an escape", 400, "GET /v1/a%4 HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of(
            "an escape of another kind", 400, "GET /v1/%u0041 HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("an escaped zero", 400, "GET /v1/a%00 HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("a path above its root", 400, "GET /v1/../../a HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("a fragment", 400, "GET /v1/a#b HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("no host", 400, GET + "\r\n"),
        Arguments.of("an empty host", 400, GET + "Host:\r\n\r\n"),
        Arguments.of("two hosts", 400, GET + HOST + HOST + "\r\n"),
        Arguments.of("a port that is none", 400, GET + "Host: localhost:x\r\n\r\n"),
        Arguments.of("a length that is none", 400, GET + HOST + "Content-Length: aaa\r\n\r\n"),
        Arguments.of(
            "two lengths", 400, GET + HOST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        Arguments.of(
            "a length and chunks",
            400,
            GET + HOST + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Arguments.of("a name with a space", 400, GET + HOST + "X Y: z\r\n\r\n"),
        Arguments.of("a space before the colon", 400, GET + HOST + "X : z\r\n\r\n"),
        Arguments.of("a folded line", 400, GET + HOST + "X: y\r\n z\r\n\r\n"),
        Arguments.of("a zero in a value", 400, GET + HOST + "X: \0\r\n\r\n"),
        Arguments.of("a word", 400, "nonsense\r\n\r\n"),
        Arguments.of("noise", 400, "\u0016\u0003\u0001\u0002\u0000\r\n\r\n"),
        Arguments.of("a target too long", 414, "GET /v1/" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n"),
        Arguments.of("a header too long", 431, GET + HOST + "X: " + "a".repeat(9000) + "\r\n\r\n"),
        Arguments.of("another version", 505, "GET /v1/a HTTP/3.0\r\n" + HOST + "\r\n"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("malformed")
  void it_is_refused_in_json_without_a_word_about_the_server(String what, int status, String sent)
      throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.send(sent);
      var answer = client.read();
      assertThat(answer.status()).as(what).isEqualTo(status);
      assertThat(answer.code()).isEqualTo("InvalidParameter");
      assertThat(answer.message()).startsWith("this is no HTTP request to be served: ");
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Request-Id")).startsWith("test-");
      assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by", "date");
      assertThat(answer.toString()).doesNotContainIgnoringCase("jetty").doesNotContain("aaa");
    }
    assertThat(agent.events.of(RequestRejected.class))
        .contains(new RequestRejected(status, "InvalidParameter"));
  }

  @Test
  void it_is_refused_in_the_dialect_of_the_clients() throws IOException {
    try (var aws = new TestAgent(ResponseType.AWS_SECRETS_MANAGER);
        var vault = new TestAgent(ResponseType.HASHICORP_KV)) {
      assertThat(refusal(aws).json().keySet()).containsExactly("__type", "message");
      assertThat(refusal(vault).json().keySet()).containsExactly("errors");
    }
  }

  private static Answer refusal(TestAgent agent) throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.send(GET + "\r\n");
      return client.read();
    }
  }
}
