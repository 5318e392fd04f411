package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which secret a target asks for, seen from where it is asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutesTest {
  private final TestAgent agent = new TestAgent();

  @AfterAll
  void stop() {
    agent.close();
  }

  private Answer raw(String target) throws IOException {
    return agent.rawGet(target);
  }

  private void assertAsksFor(String target, SecretQuery query, ReadMode mode) throws IOException {
    raw(target);
    assertThat(agent.secrets.requests(query.name().value()))
        .contains(new SecretRequest(query, mode));
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
  void a_target_names_its_secret(String target, String name) throws IOException {
    assertAsksFor(target, Secrets.current(name), ReadMode.CACHED);
  }

  @Test
  void versions_and_refreshing_come_through_on_both_forms() throws IOException {
    assertAsksFor(
        "/secretsmanager/get?versionId=v7&secretId=v1", Secrets.byId("v1", "v7"), ReadMode.CACHED);
    assertAsksFor(
        "/v1/v2?versionStage=mine&refreshNow=True",
        Secrets.byStage("v2", "mine"),
        ReadMode.REFRESH_NOW);
  }

  @Test
  void a_stage_comes_through_by_its_name_in_the_dialect() throws IOException {
    try (var aws = new TestAgent(ResponseType.AWS_SECRETS_MANAGER)) {
      aws.rawGet("/v1/a?versionStage=AWSPREVIOUS");
      assertThat(aws.secrets.requests("a"))
          .containsExactly(new SecretRequest(Secrets.byStage("a", "ACSPrevious"), ReadMode.CACHED));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/V1/a",
        "/v2/a",
        "//v1/a",
        "/ping/",
        "/Ping",
        "/%70ing",
        "/secretsmanager/get/",
        "/secretsmanager"
      })
  void other_paths_lead_nowhere(String target) throws IOException {
    var answer = raw(target);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("InvalidPath");
  }

  /** To {@code .} in a regular expression, a line ends with these. */
  @ParameterizedTest
  @ValueSource(strings = {"/v1/\u0085", "/v1/\u2028x", "/nowhere\u2029"})
  void a_path_with_an_odd_line_end_needs_the_token_like_any_other(String target)
      throws IOException {
    var bytes = new String(target.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    try (var client = new RawClient(agent.port)) {
      client.sendHead("GET " + bytes + " HTTP/1.1", "Host: localhost");
      assertThat(client.read().code()).isEqualTo("Forbidden.Token");
    }
  }

  @Test
  void a_header_that_would_override_the_method_is_ignored() {
    agent.secrets.answer("m1", agent.found(Secrets.text("m1", "v1", "value"), CacheState.MISS));
    var override = new String[] {"X-HTTP-Method-Override", "POST", "X-KMS-Token", TestAgent.TOKEN};
    assertThat(agent.send(agent.port, "GET", "/v1/m1", override).status()).isEqualTo(200);
    override[1] = "GET";
    assertThat(agent.send(agent.port, "POST", "/v1/m1", override).status()).isEqualTo(405);
  }

  @Test
  void a_prefix_is_compared_letter_by_letter() throws IOException {
    try (var other = new TestAgent(ResponseType.KMS, "/{a}/<b>*/:c/", 10)) {
      other.secrets.answer("db", other.found(Secrets.text("db", "v1", "value"), CacheState.MISS));
      assertThat(other.rawGet("/{a}/<b>*/:c/db").status()).isEqualTo(200);
      assertThat(other.rawGet("/x/yz/:c/db").status()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/ping/", "/metrics/", "/secretsmanager/", "/secretsmanager/get/"})
  void a_prefix_takes_every_path_that_is_not_built_in(String prefix) {
    try (var other = new TestAgent(ResponseType.KMS, prefix, 10)) {
      other.hold(Secrets.text("a/b", "v1", "value"));
      assertThat(other.get(prefix + "a/b").status()).isEqualTo(200);
      for (var page : Admission.Page.values()) {
        other.hold(Secrets.text(page.path().substring(1), "v1", "never seen"));
        var answer = other.send(other.port, "GET", page.path());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("never seen");
      }
      assertThat(other.get("/secretsmanager/get?secretId=a/b").status()).isEqualTo(200);
    }
  }
}
