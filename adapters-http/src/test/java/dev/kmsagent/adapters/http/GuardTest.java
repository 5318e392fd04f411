package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The checks of a request, and their order. In tables stand the start of a request, its fields,
 * separated by semicolons and with {@code Host: localhost} where they have no host, and the status
 * and code of the answer.
 */
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

  private static String[] head(String start, String fields) {
    var lines = new ArrayList<String>();
    lines.add(start.matches(".* HTTP/1\\..") ? start : start + " HTTP/1.1");
    if (!fields.contains("Host:") && !start.endsWith("HTTP/1.0")) {
      lines.add("Host: localhost");
    }
    lines.addAll(List.of(fields.split("; ")));
    return lines.stream()
        .map(line -> line.replace("SECRET", SECRET).replace("TOKEN", TestAgent.TOKEN))
        .filter(line -> !line.isEmpty())
        .toArray(String[]::new);
  }

  private Answer send(String start, String fields) throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(head(start, fields));
      return client.read();
    }
  }

  private void assertAnswer(String start, String fields, String expected) throws IOException {
    var answer = send(start, fields);
    var code = answer.status() < 400 ? "" : " " + answer.code();
    assertThat(answer.status() + code).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-KMS-Token", "X-Vault-Token", "x-vault-token"})
  void the_token_is_accepted_in_each_of_its_headers(String header) throws IOException {
    var answer = send("GET SECRET", header + ": TOKEN");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("SecretData").getAsString()).isEqualTo("value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Vault-Token: TOKEN", "X-KMS-Token: TOKEN"})
  void the_token_may_have_a_wrong_one_beside_it(String token) throws IOException {
    assertAnswer("GET SECRET", "X-KMS-Token: wrong; " + token, "200");
  }

  @ParameterizedTest
  @CsvSource({"GET SECRET,''", "GET SECRET,X-Token: TOKEN", "GET SECRET&token=TOKEN,Cookie: TOKEN"})
  void the_token_is_required(String start, String fields) throws IOException {
    assertAnswer(start, fields, "403 Forbidden.Token");
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
  void the_token_is_needed_to_the_letter(String sent) throws IOException {
    assertAnswer("GET SECRET", "X-KMS-Token: " + sent, "403 Forbidden.Token");
  }

  @Test
  void a_token_that_was_replaced_is_not_accepted() {
    try (var other = new TestAgent()) {
      other.token.set(new ConfidentialText("next"));
      assertThat(other.get(SECRET).code()).isEqualTo("Forbidden.Token");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /nowhere",
        "POST SECRET",
        "GET /v1/a?nonsense",
        "GET /ping/",
        "GET //ping",
        "GET /ping;x",
        "GET /x/../ping",
        "GET /%70ing",
        "GET /metrics;/",
        "GET /readyz%2f",
        "OPTIONS *",
        "CONNECT localhost:80"
      })
  void the_token_is_checked_before_path_and_method(String start) throws IOException {
    assertAnswer(
        start, start.startsWith("CONNECT") ? "Host: localhost:80" : "", "403 Forbidden.Token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
  void the_token_is_not_required_by_status_pages(String path) throws IOException {
    assertAnswer("GET " + path, "", "200");
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, X-Forwarded-For: x; X-KMS-Token: TOKEN",
    "GET SECRET, x-forwarded-for: x; X-KMS-Token: TOKEN",
    "GET SECRET, Forwarded: x; X-KMS-Token: TOKEN",
    "GET SECRET, Via: x; X-KMS-Token: TOKEN",
    "GET SECRET, Via: x; Host: evil.example",
    "GET /metrics, Forwarded: x",
    "GET /healthz, 'Via: '"
  })
  void a_forwarded_request_is_refused_with_a_valid_token_too(String start, String fields)
      throws IOException {
    assertAnswer(start, fields, "400 InvalidParameter");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Forwarded-For: 10.0.0.1", "Host: evil.example"})
  void a_ping_may_come_from_anywhere(String field) throws IOException {
    assertAnswer("GET /ping", field, "200");
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, LOCALHOST:1",
    "GET SECRET, 127.0.0.1:2025",
    "GET SECRET, [::1]",
    "GET SECRET, agent.example",
    "GET SECRET HTTP/1.0, localhost",
    "GET http://localhostSECRET, localhost"
  })
  void a_host_is_loopback_or_allowed(String start, String host) throws IOException {
    assertAnswer(start, "Host: " + host + "; X-KMS-Token: TOKEN", "200");
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, Host: evil.example:2025; X-KMS-Token: TOKEN",
    "GET SECRET, Host: localhost.evil.example; X-KMS-Token: TOKEN",
    "GET http://evil.exampleSECRET, Host: evil.example; X-KMS-Token: TOKEN",
    "GET SECRET HTTP/1.0, X-KMS-Token: TOKEN",
    "GET SECRET, Host: evil.example",
    "GET /metrics, Host: evil.example"
  })
  void a_host_of_another_name_is_refused_with_a_valid_token_too(String start, String fields)
      throws IOException {
    assertAnswer(start, fields, "403 Forbidden.Host");
  }

  @Test
  void a_request_target_with_another_host_is_refused() throws IOException {
    var answer = send("GET http://evil.exampleSECRET", "Host: localhost; X-KMS-Token: TOKEN");
    assertThat(answer.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get"})
  void a_method_that_is_not_get_is_not_allowed_on_any_path(String method) throws IOException {
    for (var path : List.of("SECRET", "/v1/a", "/nowhere", "/ping", "/metrics")) {
      var answer = send(method + " " + path, "X-KMS-Token: TOKEN");
      assertThat(answer.status()).as(path).isEqualTo(405);
      assertThat(answer.code()).isEqualTo("MethodNotAllowed");
      assertThat(answer.header("Allow")).isEqualTo("GET");
    }
    assertAnswer("OPTIONS *", "X-KMS-Token: TOKEN", "405 MethodNotAllowed");
  }

  @ParameterizedTest
  @CsvSource({
    "SECRET, '', 403",
    "/nowhere, '', 403",
    "SECRET, X-KMS-Token: TOKEN, 405",
    "/nowhere, X-KMS-Token: TOKEN, 405",
    "/ping, X-KMS-Token: TOKEN, 405"
  })
  void head_is_checked_like_get_and_gets_no_body(String path, String fields, int status)
      throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(head("HEAD " + path, fields));
      assertThat(client.readHead().status()).isEqualTo(status);
      client.sendHead("GET /ping HTTP/1.1", "Host: localhost");
      assertThat(client.read().body()).isEqualTo("healthy");
    }
  }

  @Test
  void a_rejection_is_published_as_an_event_and_logged_with_the_id_of_its_answer()
      throws IOException {
    var before = agent.events.of(RequestRejected.class).size();
    try (var log = LogRecorder.ofProcess()) {
      var id = send("GET SECRET", "").header("X-Request-Id");
      assertThat(log.texts()).anyMatch(line -> line.contains("request_id=" + id));
    }
    assertThat(agent.events.of(RequestRejected.class))
        .hasSizeGreaterThan(before)
        .contains(new RequestRejected(403, "Forbidden.Token"));
  }

  @Test
  void a_rejection_says_which_header_is_expected_and_whether_one_came() throws IOException {
    assertThat(send("GET SECRET", "").message())
        .isEqualTo(
            "the request carries no token; it is expected in the header X-KMS-Token or"
                + " X-Vault-Token");
    assertThat(send("GET SECRET", "X-Vault-Token: guess").message())
        .startsWith("the request carries a wrong token; ")
        .doesNotContain("guess");
  }
}
