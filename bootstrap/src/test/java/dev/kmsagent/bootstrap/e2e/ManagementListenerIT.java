package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listener for those who watch the agent, on a port of its own. */
@ExtendWith(Agents.Shared.class)
final class ManagementListenerIT {
  private final Cloud cloud;
  private final AgentProcess agent;
  private final AgentClient management;

  ManagementListenerIT(Agents agents) {
    cloud = agents.cloud();
    agent = agents.answering(ResponseType.KMS);
    management = agent.management();
  }

  @Test
  void a_ping_is_answered() {
    assertThat(management.get("/ping").body()).isEqualTo("healthy");
    assertThat(management.get("/ping").header("content-type")).contains("text/plain");
  }

  @Test
  void health_and_readiness_are_told_by_dependency() {
    assertThat(management.get("/healthz").text("status")).isEqualTo("UP");
    assertThat(management.get("/readyz").json().getAsJsonObject("dependencies").keySet())
        .contains("kms", "breaker", "prefetch", "token");
  }

  @Test
  void metrics_are_in_the_text_form_of_prometheus() {
    var answer = management.get("/metrics");

    assertThat(answer.header("content-type").orElseThrow())
        .startsWith("text/plain")
        .contains("version=0.0.4");
    assertThat(answer.body())
        .contains("# TYPE kms_agent_requests_total counter", "kms_agent_cache_entries ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
  void the_main_listener_has_the_same_pages(String page) {
    assertThat(agent.client().get(page).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
  void whoever_reaches_it_may_ask_by_any_name_and_through_any_proxy(String page) {
    var answer =
        new RawHttp(management.port())
            .send("GET " + page + " HTTP/1.1", "Host: 10.1.2.3:9090", "Via: 1.1 proxy");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void no_secret_is_served_even_to_those_who_have_the_token() {
    var name = cloud.newSecret("value");
    agent.client().secret(name);
    var holder = management.with("X-KMS-Token", Cloud.TOKEN);

    assertThat(holder.secret(name).verdict()).isEqualTo("404 InvalidPath");
    assertThat(holder.get("/v1/" + name).verdict()).isEqualTo("404 InvalidPath");
    assertThat(cloud.calls(name)).isOne();
  }

  @Test
  void only_get_is_served() {
    var answer = management.send("POST", "/ping");

    assertThat(answer.verdict()).isEqualTo("405 MethodNotAllowed");
    assertThat(answer.header("allow")).contains("GET");
  }

  @Test
  void what_is_no_http_is_refused_in_json() {
    var answer = new RawHttp(management.port()).send("nonsense");

    assertThat(answer.verdict()).isEqualTo("400 InvalidParameter");
    assertThat(answer.headers()).doesNotContainKey("server");
  }
}
