package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks of a request, and their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardTest {
  private static final String SECRET = "/secretsmanager/get?secretId=app/dev/secret-1";

  private final TestAgent agent = new TestAgent();

  GuardTest() {
    agent.hold(Secrets.text("app/dev/secret-1", "v1", "value"));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  private Answer send(String method, String target, String... headers) {
    return agent.send(agent.port, method, target, headers);
  }

  private Answer sendRaw(String... head) throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(head);
      return client.read();
    }
  }

  private static void assertRefused(Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Nested
  class The_token {
    @ParameterizedTest
    @ValueSource(strings = {"X-KMS-Token", "X-Vault-Token", "x-vault-token"})
    void is_accepted_in_each_of_its_headers(String header) {
      var answer = send("GET", SECRET, header, TestAgent.TOKEN);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().get("SecretData").getAsString()).isEqualTo("value");
    }

    @Test
    void may_have_a_wrong_one_beside_it() {
      var headers = new String[] {"X-KMS-Token", "wrong", "X-Vault-Token", TestAgent.TOKEN};
      assertThat(send("GET", SECRET, headers).status()).isEqualTo(200);
      headers = new String[] {"X-KMS-Token", "wrong", "X-KMS-Token", TestAgent.TOKEN};
      assertThat(send("GET", SECRET, headers).status()).isEqualTo(200);
    }

    @Test
    void is_required() {
      assertRefused(send("GET", SECRET), 403, "Forbidden.Token");
      assertRefused(send("GET", SECRET, "X-Token", TestAgent.TOKEN), 403, "Forbidden.Token");
      assertRefused(
          send("GET", SECRET + "&token=" + TestAgent.TOKEN, "Cookie", TestAgent.TOKEN),
          403,
          "Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "wrong",
          "0123456789abcde",
          "0123456789abcdefg",
          "0123456789ABCDEF",
          "wrong, 0123456789abcdef"
        })
    void is_needed_to_the_letter(String sent) {
      assertRefused(send("GET", SECRET, "X-KMS-Token", sent), 403, "Forbidden.Token");
    }

    @Test
    void that_was_replaced_admits_nobody() {
      try (var other = new TestAgent()) {
        other.token.set(new ConfidentialText("next"));
        assertThat(other.get(SECRET).code()).isEqualTo("Forbidden.Token");
      }
    }

    @Test
    void is_checked_before_path_and_method() {
      assertRefused(send("GET", "/nowhere"), 403, "Forbidden.Token");
      assertRefused(send("POST", SECRET), 403, "Forbidden.Token");
      assertRefused(send("GET", "/v1/a?nonsense"), 403, "Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/ping/",
          "//ping",
          "/ping;x",
          "/x/../ping",
          "/%70ing",
          "/metrics;/",
          "/readyz%2f",
          "*"
        })
    void is_required_by_a_path_that_only_resembles_a_status_page(String path) throws IOException {
      var method = path.equals("*") ? "OPTIONS " : "GET ";
      assertRefused(
          sendRaw(method + path + " HTTP/1.1", "Host: localhost"), 403, "Forbidden.Token");
    }

    @Test
    void is_required_to_connect() throws IOException {
      assertRefused(
          sendRaw("CONNECT localhost:80 HTTP/1.1", "Host: localhost:80"), 403, "Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
    void is_not_required_by_status_pages(String path) {
      assertThat(send("GET", path).status()).isEqualTo(200);
    }
  }

  @Nested
  class A_request_that_was_forwarded {
    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "Via"})
    void is_refused_with_a_valid_token_too(String header) {
      assertRefused(
          send("GET", SECRET, header, "x", "X-KMS-Token", TestAgent.TOKEN),
          400,
          "InvalidParameter");
      assertRefused(send("GET", "/metrics", header, "x"), 400, "InvalidParameter");
    }

    @Test
    void is_refused_by_an_empty_header_too() {
      assertRefused(send("GET", "/healthz", "Via", ""), 400, "InvalidParameter");
    }

    @Test
    void is_served_a_ping() {
      assertThat(send("GET", "/ping", "X-Forwarded-For", "10.0.0.1").status()).isEqualTo(200);
    }
  }

  @Nested
  class The_host {
    private static final String TOKEN = "X-KMS-Token: " + TestAgent.TOKEN;
    private static final String GET = "GET " + SECRET + " HTTP/1.1";

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:2025", "[::1]", "agent.example"})
    void is_loopback_or_allowed(String host) throws IOException {
      assertThat(sendRaw(GET, "Host: " + host, TOKEN).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:2025", "localhost.evil.example"})
    void of_another_name_is_refused_with_a_valid_token_too(String host) throws IOException {
      assertRefused(sendRaw(GET, "Host: " + host, TOKEN), 403, "Forbidden.Host");
      assertRefused(sendRaw("GET /metrics HTTP/1.1", "Host: " + host), 403, "Forbidden.Host");
    }

    @Test
    void is_not_checked_for_a_ping() throws IOException {
      assertThat(sendRaw("GET /ping HTTP/1.1", "Host: evil.example").status()).isEqualTo(200);
    }

    @Test
    void is_required_in_http_1_0_too() throws IOException {
      var get = "GET " + SECRET + " HTTP/1.0";
      assertRefused(sendRaw(get, TOKEN), 403, "Forbidden.Host");
      assertThat(sendRaw(get, "Host: localhost", TOKEN).status()).isEqualTo(200);
    }

    @Test
    void is_checked_in_an_absolute_request_target_too() throws IOException {
      var evil = "GET http://evil.example" + SECRET + " HTTP/1.1";
      assertRefused(sendRaw(evil, "Host: evil.example", TOKEN), 403, "Forbidden.Host");
      assertThat(sendRaw(evil, "Host: localhost", TOKEN).status()).isEqualTo(400);
      var good = "GET http://localhost" + SECRET + " HTTP/1.1";
      assertThat(sendRaw(good, "Host: localhost", TOKEN).status()).isEqualTo(200);
    }

    @Test
    void is_checked_after_forwarding_and_before_the_token() throws IOException {
      assertThat(sendRaw(GET, "Host: evil.example", "Via: x").status()).isEqualTo(400);
      assertRefused(sendRaw(GET, "Host: evil.example"), 403, "Forbidden.Host");
    }
  }

  @Nested
  class A_method_that_is_not_get {
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get"})
    void is_not_allowed_on_any_path(String method) throws IOException {
      for (var path : new String[] {SECRET, "/v1/a", "/nowhere"}) {
        var answer =
            sendRaw(
                method + " " + path + " HTTP/1.1",
                "Host: localhost",
                "X-KMS-Token: " + TestAgent.TOKEN);
        assertRefused(answer, 405, "MethodNotAllowed");
        assertThat(answer.header("Allow")).isEqualTo("GET");
      }
    }

    @Test
    void is_not_allowed_on_status_pages_either() {
      assertRefused(send("POST", "/ping"), 405, "MethodNotAllowed");
      assertRefused(send("DELETE", "/metrics"), 405, "MethodNotAllowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {SECRET, "/v1/a", "/nowhere"})
    void may_be_head_which_needs_the_token_too(String path) throws IOException {
      try (var client = new RawClient(agent.port)) {
        client.sendHead("HEAD " + path + " HTTP/1.1", "Host: localhost");
        assertThat(client.readHead().status()).isEqualTo(403);
      }
    }

    @Test
    void passes_the_checks_before_it_without_a_path_too() throws IOException {
      var options = "OPTIONS * HTTP/1.1";
      assertRefused(sendRaw(options, "Host: localhost"), 403, "Forbidden.Token");
      assertRefused(
          sendRaw(options, "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN),
          405,
          "MethodNotAllowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {SECRET, "/ping", "/nowhere"})
    void may_be_head_and_gets_no_body(String path) throws IOException {
      try (var client = new RawClient(agent.port)) {
        client.sendHead(
            "HEAD " + path + " HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
        assertThat(client.readHead().status()).isEqualTo(405);
        client.sendHead("GET /ping HTTP/1.1", "Host: localhost");
        assertThat(client.read().body()).isEqualTo("healthy");
      }
    }
  }

  @Test
  void a_rejection_is_published_as_an_event() {
    var before = agent.events.of(RequestRejected.class).size();
    send("GET", SECRET);
    assertThat(agent.events.of(RequestRejected.class))
        .hasSizeGreaterThan(before)
        .contains(new RequestRejected(403, "Forbidden.Token"));
  }

  @Test
  void a_rejection_says_which_header_is_expected_and_whether_one_came() {
    assertThat(send("GET", SECRET).message())
        .isEqualTo(
            "the request carries no token; it is expected in the header X-KMS-Token or"
                + " X-Vault-Token");
    assertThat(send("GET", SECRET, "X-Vault-Token", "guess").message())
        .startsWith("the request carries a wrong token; ")
        .doesNotContain("guess");
  }

  @Test
  void a_rejection_is_logged_with_the_id_of_its_answer() {
    try (var log = new LogCapture()) {
      var id = send("GET", SECRET).header("X-Request-Id");
      assertThat(log.lines()).anyMatch(line -> line.contains("request_id=\"" + id + "\""));
    }
  }
}
