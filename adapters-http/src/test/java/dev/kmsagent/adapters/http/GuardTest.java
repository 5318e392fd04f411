package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The checks of a request, their order, and where it leads. In tables stand the start of a request,
 * its fields, separated by semicolons and with {@code Host: localhost} where they have no host, and
 * the status and code of the answer.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardTest {
  private static final String SECRET = "/secretsmanager/get?secretId=app/dev/secret-1";

  @AutoClose private final TestAgent agent = new TestAgent();

  GuardTest() {
    agent.hold(Secrets.text("app/dev/secret-1", "v1", "value"));
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

  private AgentAnswer send(String start, String fields) {
    return agent.raw(head(start, fields));
  }

  private void assertAnswer(String start, String fields, String expected) {
    assertThat(send(start, fields).verdict()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, X-KMS-Token: TOKEN",
    "GET SECRET, X-Vault-Token: TOKEN",
    "GET SECRET, x-vault-token: TOKEN",
    "GET SECRET, X-KMS-Token: wrong; X-Vault-Token: TOKEN",
    "GET SECRET, X-KMS-Token: wrong; X-KMS-Token: TOKEN",
    "GET SECRET, Host: agent.example; X-KMS-Token: TOKEN",
    "GET SECRET HTTP/1.0, Host: localhost; X-KMS-Token: TOKEN",
    "GET http://localhostSECRET, Host: localhost; X-KMS-Token: TOKEN"
  })
  void the_token_is_accepted_in_each_header_beside_a_wrong_one_and_with_each_allowed_host(
      String start, String fields) {
    var answer = send(start, fields);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text("SecretData")).isEqualTo("value");
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, ''",
    "GET SECRET, X-Token: TOKEN",
    "GET SECRET&token=TOKEN, Cookie: TOKEN",
    "GET SECRET, 'X-KMS-Token: '",
    "GET SECRET, X-KMS-Token: wrong",
    "GET SECRET, X-KMS-Token: 0123456789abcde",
    "GET SECRET, X-KMS-Token: TOKENg",
    "GET SECRET, X-KMS-Token: 0123456789ABCDEF",
    "GET SECRET, 'X-KMS-Token: wrong, TOKEN'"
  })
  void the_token_is_required_to_the_letter(String start, String fields) {
    assertAnswer(start, fields, "403 Forbidden.Token");
  }

  /** To a dot in a regular expression, a line ends with the last three. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          GET /nowhere,         ''
          POST SECRET,          ''
          GET /v1/a?nonsense,   ''
          GET /ping/,           ''
          GET //ping,           ''
          GET /ping;x,          ''
          GET /x/../ping,       ''
          GET /%70ing,          ''
          GET /metrics;/,       ''
          GET /readyz%2f,       ''
          OPTIONS *,            ''
          CONNECT localhost:80, Host: localhost:80
          GET /v1/NEL,          ''
          GET /v1/LSx,          ''
          GET /nowherePS,       ''
          """)
  void the_token_is_checked_before_path_and_method(String start, String fields) {
    var text = start.replace("NEL", "\u0085").replace("LS", "\u2028").replace("PS", "\u2029");
    var bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertAnswer(bytes, fields, "403 Forbidden.Token");
  }

  @Test
  void no_other_route_is_open_without_a_token() {
    var routes = TestAgent.ROUTES;
    assertThat(Stream.concat(routes.exact().values().stream(), routes.prefixes().stream()))
        .filteredOn(route -> route.access() != Route.Access.IDENTIFIED)
        .extracting(route -> route.access() + " " + route.path())
        .containsExactlyInAnyOrder(
            "ANYBODY /ping",
            "LOCAL /healthz",
            "LOCAL /readyz",
            "LOCAL /startupz",
            "LOCAL /metrics",
            "LOCAL /v1/sys/health",
            "LOCAL /v1/sys/seal-status",
            "LOCAL /v1/sys/init",
            "LOCAL /v1/sys/leader",
            "LOGIN /v1/auth/");
  }

  @ParameterizedTest
  @CsvSource({
    "GET SECRET, X-Forwarded-For: x; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, x-forwarded-for: x; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, x-forwarded-proto: http; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, X-FORWARDED-CLIENT-CERT: x; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, X-KMS-Token: TOKEN; X-Forwarded-: x, 400 InvalidParameter",
    "GET SECRET, X-Real-Ip: 10.0.0.1; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, Forwarded: x; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, Via: x; X-KMS-Token: TOKEN, 400 InvalidParameter",
    "GET SECRET, Via: x; Host: evil.example, 400 InvalidParameter",
    "GET /metrics, Forwarded: x, 400 InvalidParameter",
    "GET /healthz, 'Via: ', 400 InvalidParameter",
    "GET SECRET, Host: evil.example:2025; X-KMS-Token: TOKEN, 403 Forbidden.Host",
    "GET http://evil.exampleSECRET, Host: evil.example; X-KMS-Token: TOKEN, 403 Forbidden.Host",
    "GET SECRET HTTP/1.0, X-KMS-Token: TOKEN, 403 Forbidden.Host",
    "GET SECRET, Host: evil.example, 403 Forbidden.Host",
    "GET /metrics, Host: evil.example, 403 Forbidden.Host"
  })
  void a_request_that_was_forwarded_or_is_for_another_host_is_refused_with_a_valid_token_too(
      String start, String fields, String expected) {
    assertAnswer(start, fields, expected);
  }

  @Test
  void who_was_forwarded_by_a_mesh_is_told_how_to_get_past_it() {
    send("GET SECRET", "X-Forwarded-Proto: http; X-KMS-Token: TOKEN")
        .assertMessage(400, "traffic.sidecar.istio.io/excludeOutboundPorts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get"})
  void a_method_that_is_not_get_is_not_allowed_on_any_path(String method) {
    for (var path : List.of("SECRET", "/v1/a", "/nowhere", "/ping", "/metrics")) {
      var answer = send(method + " " + path, "X-KMS-Token: TOKEN; X-HTTP-Method-Override: GET");
      assertThat(answer.verdict()).as(path).isEqualTo("405 MethodNotAllowed");
      assertThat(answer.header("Allow")).isEqualTo("GET");
    }
    assertAnswer("OPTIONS *", "X-KMS-Token: TOKEN", "405 MethodNotAllowed");
    var override = "X-KMS-Token: TOKEN; X-HTTP-Method-Override: " + method;
    assertAnswer("GET /v1/a", override, "404 Forbidden.ResourceNotFound");
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
    try (var client = new ClientConnection(agent.port)) {
      client.sendHead(head("HEAD " + path, fields));
      assertThat(client.readHead().status()).isEqualTo(status);
      client.send(ClientConnection.request("/ping"));
      assertThat(client.read().body()).isEqualTo("healthy");
    }
  }

  @Test
  void a_rejection_is_published_as_an_event_and_logged_with_the_id_of_its_answer() {
    try (var log = LogRecorder.ofProcess()) {
      var id = send("GET /nowhere", "X-KMS-Token: TOKEN").header("X-Request-Id");
      assertThat(log.texts()).anyMatch(line -> line.contains("request_id=" + id));
      assertThat(agent.events.of(RequestRejected.class))
          .contains(new RequestRejected(404, "InvalidPath", "", new Sender("127.0.0.1"), id));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', missing",
    "'X-KMS-Token: ', missing",
    "X-KMS-Token: old, wrong",
    "'X-KMS-Token: ; X-Vault-Token: old', wrong"
  })
  void the_event_of_a_refused_token_tells_a_wrong_one_from_none(String fields, String reason) {
    send("GET SECRET", fields);
    assertThat(agent.events.of(RequestRejected.class))
        .last()
        .extracting(RequestRejected::code, RequestRejected::reason)
        .containsExactly("Forbidden.Token", reason);
  }

  @ParameterizedTest
  @CsvSource({
    "/secretsmanager/get?secretId=q1/a+b%2Bc, q1/a b+c",
    "/v1/p1/a+b%20c, p1/a+b c",
    "/v1/p2/a%2Fb, p2/a/b",
    "/v1/p3/%252F, p3/%2F",
    "/v1/p4/../x/./y, p4/../x/./y",
    "/v1/p5/%2e%2e/x, p5/../x",
    "/v1//p6///x//, /p6///x//",
    "/v1/p7;a/..;b/c, p7;a/..;b/c",
    "/v1/p8%5Cx, p8\\x",
    "/v1/p9/%C3%A9, p9/é",
    "/v1/secretsmanager/get, secretsmanager/get",
    "/v1/ping, ping"
  })
  void a_target_names_its_secret(String target, String name) {
    agent.get(target);
    assertThat(agent.secrets.requests(name)).hasSize(1);
  }

  @Test
  void other_paths_lead_nowhere() {
    var targets =
        "/ /v1 /V1/a /v2/a //v1/a /ping/ /Ping /%70ing /secretsmanager/get/ /secretsmanager";
    for (var target : targets.split(" ", -1)) {
      assertThat(agent.get(target).verdict()).as(target).isEqualTo("404 InvalidPath");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/ping/",
        "/metrics/",
        "/secretsmanager/",
        "/secretsmanager/get/",
        "/{a}/.*/"
      })
  void a_prefix_takes_every_path_that_begins_so_and_is_not_built_in(String prefix) {
    try (var other = new TestAgent("PathPrefix = \"" + prefix + '"')) {
      other.hold(Secrets.text("a/b", "v1", "value"));
      assertThat(other.get(prefix + "a/b").status()).isEqualTo(200);
      assertThat(other.get("/b/xy/a/b").status()).isEqualTo(404);
      for (var page : TestAgent.PAGES) {
        other.hold(Secrets.text(page.substring(1), "v1", "never seen"));
        var answer = other.send(other.port, "GET", page);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("never seen");
      }
      assertThat(other.get("/secretsmanager/get?secretId=a/b").status()).isEqualTo(200);
    }
  }

  /** Status pages, on both listeners, and nothing else on the second. */
  @Nested
  class Management {
    private AgentAnswer manage(String start, String fields) {
      return agent.raw(agent.managementPort, head(start, fields));
    }

    @ParameterizedTest
    @CsvSource({
      "/ping, text/plain, healthy",
      "/healthz, application/json, '{\"status\":\"UP\",\"dependencies\":{}}'",
      "/metrics?name=x, text/plain; version=0.0.4; charset=utf-8, 'agent_up 1\n'"
    })
    void a_page_needs_no_token(String path, String type, String body) {
      for (var answer : List.of(manage("GET " + path, ""), send("GET " + path, ""))) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo(type);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.body()).isEqualTo(body);
      }
    }

    @ParameterizedTest
    @CsvSource({"UP, 200", "DEGRADED, 200", "DOWN, 503"})
    void readiness_is_json_by_dependency_and_down_is_a_failure(Health.Status status, int http) {
      agent.operations.readiness(status);
      for (var answer : List.of(manage("GET /readyz", ""), send("GET /readyz", ""))) {
        assertThat(answer.status()).isEqualTo(http);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
            .isEqualTo(
                """
                {"status":"%1$s","dependencies":{\
                "cache":{"status":"UP","detail":"It holds 3 secrets."},\
                "kms":{"status":"%1$s","detail":"KMS answers \\"now and then\\".",\
                "failing":["db: No"]}}}"""
                    .formatted(status));
      }
      agent.operations.readiness(Health.Status.UP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: 10.1.2.3:9090", "Via: mesh", "X-Forwarded-For: 10.1.2.3"})
    void readiness_names_what_fails_to_this_machine_alone(String header) {
      assertThat(manage("GET /readyz", header).body())
          .contains("now and then")
          .doesNotContain("db");
    }

    /** Nothing is decoded or normalised before the path is compared. */
    @ParameterizedTest
    @CsvSource({
      "GET SECRET, 404 InvalidPath",
      "GET /v1/app/dev/secret-1, 404 InvalidPath",
      "GET /, 404 InvalidPath",
      "GET /v1/a/../../ping, 404 InvalidPath",
      "GET /metrics;/v1/a, 404 InvalidPath",
      "GET http://localhost/v1/a, 404 InvalidPath",
      "GET http://localhost, 404 InvalidPath",
      "POST /healthz, 405 MethodNotAllowed"
    })
    void there_is_no_way_to_a_secret(String start, String expected) {
      assertThat(manage(start, "X-KMS-Token: TOKEN").verdict()).isEqualTo(expected);
    }

    @Test
    void it_answers_to_any_name_and_behind_any_proxy_and_so_does_ping_on_the_other() {
      assertThat(manage("GET /readyz", "Host: 10.1.2.3:9090; Via: mesh").status()).isEqualTo(200);
      assertAnswer("GET /ping", "X-Forwarded-For: 10.0.0.1; Host: evil.example", "200");
    }
  }

  @Nested
  class Allowed_hosts {
    private final AllowedHosts hosts =
        new AllowedHosts(List.of("Agent.example", "dotted.example.", "fd00::1", "[fd00::2]"));

    @ParameterizedTest
    @ValueSource(
        strings = {
          "localhost LocalHost localhost:2025 localhost: 127.0.0.1 127.0.0.1:1 [::1] [::1]:2025",
          "agent.EXAMPLE:80 agent.example. agent.example.:2025 dotted.example Dotted.Example.:2025",
          "[fd00::1] [FD00::2]:9"
        })
    void are_loopback_and_the_names_of_the_configuration_in_any_case_and_at_any_port(String names) {
      assertThat(List.of(names.split(" "))).allMatch(host -> hosts.allow(List.of(host)));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "|.|evil.example|localhost.evil.example|evil.localhost|localhost.|localhost evil",
          "agent.example..|127.0.0.1.evil.example|127.0.0.2|0.0.0.0|::1|[::1|[::1]x|[::2]",
          "localhost:x|localhost:1:2|user@localhost|localhost,evil.example| "
        })
    void are_no_other_names_and_no_name_nor_two(String names) {
      assertThat(List.of(names.split("\\|", -1))).noneMatch(host -> hosts.allow(List.of(host)));
      assertThat(hosts.allow(List.of())).isFalse();
      assertThat(hosts.allow(List.of("localhost", "localhost"))).isFalse();
    }
  }
}
