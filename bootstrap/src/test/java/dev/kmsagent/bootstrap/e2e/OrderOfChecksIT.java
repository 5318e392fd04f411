package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request to the main listener must pass, and what it hears first when it fails twice. */
@ExtendWith(Agents.Shared.class)
final class OrderOfChecksIT {
  private static final String TOKEN_LINE = "X-KMS-Token: " + Cloud.TOKEN;

  private final Cloud cloud;
  private final AgentClient client;
  private final AgentClient stranger;
  private final RawHttp raw;

  OrderOfChecksIT(Agents agents) {
    cloud = agents.cloud();
    client = agents.answering(ResponseType.KMS).client();
    stranger = client.without("X-KMS-Token");
    raw = new RawHttp(client.port());
  }

  private String target() {
    return "/secretsmanager/get?secretId=" + cloud.newSecret("value");
  }

  @Nested
  class Forwarding {
    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "Forwarded", "Via"})
    void a_forwarded_request_is_refused_before_its_token_is_looked_at(String header) {
      assertThat(stranger.with(header, "10.0.0.1").get(target()).verdict())
          .isEqualTo("400 InvalidParameter");
      assertThat(client.with(header, "10.0.0.1").get(target()).verdict())
          .isEqualTo("400 InvalidParameter");
    }

    @Test
    void a_forwarded_request_is_refused_before_its_host_is_looked_at() {
      var answer = raw.send("GET /v1/any HTTP/1.1", "Host: evil.example", "Via: 1.1 proxy");

      assertThat(answer.verdict()).isEqualTo("400 InvalidParameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/readyz", "/metrics"})
    void health_and_metrics_are_not_for_forwarded_requests(String page) {
      assertThat(stranger.with("Via", "1.1 proxy").get(page).verdict())
          .isEqualTo("400 InvalidParameter");
    }

    @Test
    void a_ping_may_be_forwarded() {
      assertThat(stranger.with("X-Forwarded-For", "10.0.0.1").get("/ping").status()).isEqualTo(200);
    }
  }

  @Nested
  class Host {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "localhost",
          "LocalHost:2025",
          "127.0.0.1",
          "127.0.0.1:1",
          "[::1]",
          "[::1]:2025",
          "agent.example",
          "AGENT.EXAMPLE:80"
        })
    @ShowsEffectOf("Server.AllowedHosts")
    void loopback_and_allowed_hosts_are_served(String host) {
      var answer = raw.send("GET " + target() + " HTTP/1.1", "Host: " + host, TOKEN_LINE);

      assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "evil.example",
          "localhost.evil.example",
          "127.0.0.1.evil.example",
          "127.0.0.2",
          "0.0.0.0",
          "[::2]"
        })
    void a_page_that_rebinds_its_name_to_loopback_gets_nothing(String host) {
      var withToken = raw.send("GET " + target() + " HTTP/1.1", "Host: " + host, TOKEN_LINE);
      var without = raw.send("GET " + target() + " HTTP/1.1", "Host: " + host);

      assertThat(withToken.verdict()).isEqualTo("403 Forbidden.Host");
      assertThat(without.verdict()).isEqualTo("403 Forbidden.Host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/readyz", "/metrics"})
    void health_and_metrics_are_not_for_other_hosts(String page) {
      assertThat(raw.send("GET " + page + " HTTP/1.1", "Host: evil.example").verdict())
          .isEqualTo("403 Forbidden.Host");
    }

    @Test
    void a_ping_may_come_by_any_name() {
      assertThat(raw.send("GET /ping HTTP/1.1", "Host: evil.example").status()).isEqualTo(200);
    }
  }

  @Nested
  class Token {
    @Test
    void no_token_is_no_entry() {
      assertThat(stranger.get(target()).verdict()).isEqualTo("403 Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong", Cloud.TOKEN + "0"})
    void a_wrong_token_is_no_entry(String token) {
      assertThat(
              raw.send("GET " + target() + " HTTP/1.1", "Host: localhost", "X-KMS-Token: " + token)
                  .verdict())
          .isEqualTo("403 Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-KMS-Token", "X-Vault-Token", "x-vault-TOKEN"})
    void each_header_for_tokens_is_as_good_as_the_other(String header) {
      assertThat(stranger.with(header, Cloud.TOKEN).get(target()).status()).isEqualTo(200);
    }

    @Test
    void a_header_that_is_not_for_tokens_opens_nothing() {
      assertThat(stranger.with("Authorization", Cloud.TOKEN).get(target()).verdict())
          .isEqualTo("403 Forbidden.Token");
    }

    @Test
    void a_wrong_token_beside_the_right_one_does_not_matter() {
      assertThat(client.with("X-Vault-Token", "wrong").get(target()).status()).isEqualTo(200);
    }

    @Test
    void the_token_counts_also_when_its_header_comes_twice() {
      var answer =
          raw.send(
              "GET " + target() + " HTTP/1.1", "Host: localhost", "X-KMS-Token: wrong", TOKEN_LINE);

      assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void an_unknown_path_tells_nothing_to_those_without_a_token() {
      assertThat(stranger.get("/nowhere").verdict()).isEqualTo("403 Forbidden.Token");
    }

    @Test
    void a_wrong_method_tells_nothing_to_those_without_a_token() {
      assertThat(stranger.send("POST", target()).verdict()).isEqualTo("403 Forbidden.Token");
    }

    @Test
    void a_wrong_parameter_tells_nothing_to_those_without_a_token() {
      assertThat(stranger.get("/secretsmanager/get?nonsense=1").verdict())
          .isEqualTo("403 Forbidden.Token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
    void the_open_pages_need_none(String page) {
      assertThat(stranger.get(page).status()).isEqualTo(200);
    }
  }

  @Nested
  class Method {
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "LIST", "get"})
    void only_get_is_served(String method) {
      var answer = client.send(method, target());

      assertThat(answer.verdict()).isEqualTo("405 MethodNotAllowed");
      assertThat(answer.header("allow")).contains("GET");
    }

    @Test
    void head_is_refused_without_a_body() {
      var answer = client.send("HEAD", target());

      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("allow")).contains("GET");
      assertThat(answer.body()).isEmpty();
    }

    @Test
    void an_unknown_path_hears_about_its_method_first() {
      assertThat(client.send("POST", "/nowhere").verdict()).isEqualTo("405 MethodNotAllowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
    void the_open_pages_can_only_be_got(String page) {
      assertThat(stranger.send("POST", page).verdict()).isEqualTo("405 MethodNotAllowed");
    }
  }

  @Nested
  class RouteAndParameters {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/nowhere", "/v1", "/v2/secret", "/secretsmanager/get/", "/PING"})
    void an_unknown_path_is_not_found_whatever_its_parameters(String path) {
      assertThat(client.get(path + "?nonsense=1").verdict()).isEqualTo("404 InvalidPath");
    }

    @Test
    void wrong_parameters_cost_no_call_to_kms() {
      var name = cloud.newSecret("value");

      var answer = client.get("/secretsmanager/get?secretId=" + name + "&nonsense=1");

      assertThat(answer.verdict()).isEqualTo("400 InvalidParameter");
      assertThat(cloud.calls(name)).isZero();
    }
  }
}
