package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Health;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Health and metrics, on both listeners, and nothing else on the second. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementListenerTest {
  private final TestAgent agent = new TestAgent();

  ManagementListenerTest() {
    agent.hold(Secrets.text("a", "v1", "value"));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  private Answer manage(String method, String target, String... headers) {
    return agent.send(agent.managementPort, method, target, headers);
  }

  @Test
  void a_ping_is_answered_on_both_listeners() {
    for (var answer : new Answer[] {manage("GET", "/ping"), agent.get("/ping")}) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("healthy");
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
    }
  }

  @Test
  void liveness_is_json() {
    assertThat(manage("GET", "/healthz").body())
        .isEqualTo("{\"status\":\"UP\",\"dependencies\":{}}");
  }

  @ParameterizedTest
  @CsvSource({"UP, 200", "DEGRADED, 200", "DOWN, 503"})
  void readiness_is_json_by_dependency_and_down_is_a_failure(Health.Status status, int http) {
    try (var other = new TestAgent()) {
      other.operations.readiness(status);
      var answer = other.send(other.managementPort, "GET", "/readyz");
      assertThat(answer.status()).isEqualTo(http);
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      assertThat(answer.body())
          .isEqualTo(
              """
              {"status":"%1$s","dependencies":{\
              "cache":{"status":"UP","detail":"It holds 3 secrets."},\
              "kms":{"status":"%1$s","detail":"KMS answers \\"now and then\\"."}}}"""
                  .formatted(status));
      assertThat(other.get("/readyz").status()).isEqualTo(http);
    }
  }

  @Test
  void metrics_come_in_their_own_media_type() {
    var answer = manage("GET", "/metrics?name=agent_up");
    assertThat(answer.body()).isEqualTo("agent_up 1\n");
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/a", "/secretsmanager/get?secretId=a", "/", "/nowhere"})
  void there_is_no_way_to_a_secret(String target) {
    var answer = manage("GET", target, "X-KMS-Token", TestAgent.TOKEN);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("InvalidPath");
  }

  /** Nothing is decoded or normalised before the path is compared. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET //ping",
        "GET /ping/",
        "GET /ping;jsessionid=1",
        "GET /%70ing",
        "GET /x/../ping",
        "GET /v1/a/../../ping",
        "GET /metrics;/v1/a",
        "GET /metrics%2f",
        "GET http://localhost/v1/a",
        "GET http://localhost"
      })
  void a_path_that_only_resembles_a_page_is_not_found(String start) throws IOException {
    try (var client = new RawClient(agent.managementPort)) {
      client.sendHead(start + " HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
      assertThat(client.read().code()).isEqualTo("InvalidPath");
    }
  }

  @Test
  void it_answers_to_any_name_and_behind_any_proxy() throws IOException {
    try (var client = new RawClient(agent.managementPort)) {
      client.sendHead("GET /readyz HTTP/1.1", "Host: 10.1.2.3:9090", "Via: mesh");
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void only_get_is_served() {
    var answer = manage("POST", "/healthz");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET");
  }
}
