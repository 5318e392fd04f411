package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How each form of answers words a failure. */
@ExtendWith(Agents.Shared.class)
final class FailuresIT {
  private final Agents agents;
  private final Cloud cloud;

  FailuresIT(Agents agents) {
    this.agents = agents;
    this.cloud = agents.cloud();
  }

  private AgentClient client(ResponseType type) {
    return agents.answering(type).client();
  }

  private static void check(ResponseType type, Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(type.code(answer)).isEqualTo(code);
    assertThat(answer.header("content-type")).contains("application/json");
    assertThat(answer.header("cache-control")).contains("no-store");
    assertThat(answer.header("x-content-type-options")).contains("nosniff");
    assertThat(answer.header("x-request-id")).isPresent();
    assertThat(answer.headers()).doesNotContainKeys("server", "etag", "age");
  }

  @ParameterizedTest
  @EnumSource(ResponseType.class)
  void our_own_refusals_speak_the_language_of_the_client(ResponseType type) {
    var client = client(type);

    check(type, client.get("/v1/a?nonsense=1"), 400, "InvalidParameter");
    check(type, client.without("X-KMS-Token").get("/v1/a"), 403, "Forbidden.Token");
    check(type, client.get("/nowhere"), 404, "InvalidPath");
    check(type, client.send("POST", "/v1/a"), 405, "MethodNotAllowed");
  }

  @ParameterizedTest
  @EnumSource(ResponseType.class)
  void refusals_of_kms_keep_its_status_and_code(ResponseType type) {
    var denied = cloud.newSecret("value");
    cloud.emulator().secrets().deny(denied);
    var deleted = cloud.newSecret("value");
    cloud.emulator().secrets().delete(deleted);
    var client = client(type);

    check(type, client.secret(denied), 403, "Forbidden.NoPermission");
    check(type, client.secret(deleted), 409, "Rejected.ResourceInDeleteWindow");
    check(type, client.secret(cloud.missingSecret()), 404, "Forbidden.ResourceNotFound");
  }

  @ParameterizedTest
  @EnumSource(ResponseType.class)
  void failures_upstream_are_told_from_refusals(ResponseType type) {
    var broken = cloud.newSecret("value");
    cloud.fail(broken, new Fault.Reset());

    check(type, client(type).secret(broken), 502, "UpstreamUnavailable");
  }

  /** By an agent of its own: throttling slows an agent down for all secrets. */
  @Test
  void whoever_is_throttled_hears_when_to_come_again() {
    var name = cloud.newSecret("value");
    cloud.fail(name, Fault.throttled());
    try (var agent = cloud.agent("KMS.Retry.MaxAttempts = 1")) {
      var answer = agent.client().secret(name);

      check(ResponseType.KMS, answer, 429, "Rejected.Throttling");
      assertThat(answer.header("retry-after"))
          .hasValueSatisfying(seconds -> assertThat(Integer.parseInt(seconds)).isPositive());
    }
  }

  @Test
  void a_refusal_of_ours_carries_the_id_of_the_answer() {
    var answer = client(ResponseType.KMS).get("/nowhere");

    assertThat(answer.text("RequestId")).isEqualTo(answer.header("x-request-id").orElseThrow());
  }

  @Test
  void a_refusal_of_kms_carries_the_id_of_its_call() {
    var name = cloud.missingSecret();

    var answer = client(ResponseType.KMS).secret(name);

    assertThat(cloud.emulator().calls().latest())
        .anySatisfy(
            call -> {
              assertThat(call.secretName()).isEqualTo(name);
              assertThat(call.requestId()).isEqualTo(answer.text("RequestId"));
            });
  }

  @ParameterizedTest
  @EnumSource(ResponseType.class)
  void a_failure_has_the_fields_of_its_form_and_no_others(ResponseType type) {
    var fields = client(type).get("/nowhere").json().keySet();

    switch (type) {
      case KMS -> assertThat(fields).containsExactlyInAnyOrder("Code", "Message", "RequestId");
      case AWS -> assertThat(fields).containsExactlyInAnyOrder("__type", "message");
      case VAULT -> assertThat(fields).containsExactly("errors");
    }
  }
}
