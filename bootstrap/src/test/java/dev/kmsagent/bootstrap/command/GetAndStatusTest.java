package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code get} and {@code status}, which are clients of the running agent. */
final class GetAndStatusTest {
  private static final String PORT = "KMS_AGENT_SERVER_HTTPPORT";

  private static final String METRICS =
      """
      # TYPE kms_agent_cache_entries gauge
      kms_agent_cache_entries 12.0
      kms_agent_cache_bytes 1572864.0
      kms_agent_limit{limit="cache_entries"} 1000.0
      kms_agent_limit{limit="cache_bytes"} 6.7108864E7
      kms_agent_limit{limit="requests"} 100.0
      kms_agent_limit{limit="kms_calls_per_second"} 0.0
      process_resident_memory_bytes 1.048576E8
      """;

  @AutoClose private final FakeAgent agent = new FakeAgent();

  private CommandRun get(String line) {
    return run(agent.environment(), ("get " + line).split(" "));
  }

  private CommandRun getWith(String variable, String value) {
    return run(agent.environment(variable, value), "get", "app/a");
  }

  private CommandRun run(Map<String, String> environment, String... arguments) {
    return agent.reachedBy(() -> CommandRun.in(environment, false, arguments));
  }

  private static String health(String status) {
    return """
    {"status":"%s","dependencies":{
    "credentials":{"status":"UP","detail":"The credentials are good for 1800 s."},
    "kms":{"status":"%s","detail":"KMS last answered 9 s ago; calls fail: throttled (X.Y).",
    "since":"2026-11-28T03:02:01Z","outcome":"throttled","code":"X.Y","runbook":"page.md#throttling"}}}
    """
        .formatted(status, status);
  }

  private CommandRun status(String health, String metrics) {
    agent.bodies.put("/readyz", health);
    agent.bodies.put("/metrics", metrics);
    return run(agent.environment(), "status");
  }

  @ParameterizedTest
  @CsvSource({
    "app/aß, app%2Fa%C3%9F&field=.",
    "--field pass&word a, a&field=pass%26word",
    "a#pass#word, a&field=pass%23word",
    "--version-id v1 a, a&field=.&versionId=v1",
    "--stage ACSPrevious --refresh a, a&field=.&versionStage=ACSPrevious&refreshNow=true"
  })
  void it_prints_what_is_asked_for_and_nothing_else(String line, String query) {
    assertThat(get(line)).isEqualTo(new CommandRun(ExitStatus.DONE, "hunter2", ""));
    assertThat(agent.requests)
        .containsExactly("/secretsmanager/get?secretId=" + query + " " + FakeAgent.TOKEN);
  }

  @Test
  void what_is_no_part_of_a_secret_is_not_printed() {
    agent.headers.put("Content-Type", "text/html");

    assertThat(get("a").status()).isEqualTo(ExitStatus.FAILED);
    assertThat(get("a").err()).contains("is no agent");
  }

  @Test
  void on_a_terminal_it_ends_the_line() {
    var run = agent.reachedBy(() -> CommandRun.in(agent.environment(), true, "get", "app/a"));

    assertThat(run.out()).isEqualTo("hunter2" + System.lineSeparator());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      delimiter = ';',
      value = {
        "{\"Code\":\"Forbidden.X\",\"Message\":\"No.\",\"RequestId\":\"1\"}; 403 Forbidden.X: No.",
        "{\"__type\":\"Forbidden.X\",\"message\":\"No.\"}; 403 Forbidden.X: No.",
        "{\"errors\":[\"Forbidden.X: No.\"]}; 403 Forbidden.X: No.",
        "||; What answered, with status 403, is no agent.",
        "<html>; What answered, with status 403, is no agent.",
        "[1]; What answered, with status 403, is no agent.",
        "{; What answered, with status 403, is no agent.",
        "{\"errors\":{}}; What answered, with status 403, is no agent.",
        "canary; What answered, with status 403, is no agent."
      })
  void a_refusal_is_told_with_status_code_and_message_in_each_dialect(String body, String told) {
    agent.error = body;
    agent.failures.set(1);

    assertThat(get("app/a"))
        .isEqualTo(new CommandRun(ExitStatus.FAILED, "", told + System.lineSeparator()));
  }

  @Test
  void an_agent_that_does_not_run_cannot_be_reached() {
    agent.close();

    var run = CommandRun.in(agent.environment(), false, "get", "a");

    assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
    assertThat(run.err()).contains("cannot be reached", "is it running?");
  }

  @ParameterizedTest
  @CsvSource({
    "KMS_TOKEN, file:/etc/token, KMS_TOKEN: the value begins with file:",
    "KMS_AGENT_SERVER_HTTPPORT, 0, Server.HttpPort is 0",
    "KMS_AGENT_SERVER_HTTPPORT, x, Server.HttpPort"
  })
  void without_a_usable_token_or_port_the_agent_is_not_asked(
      String variable, String value, String reason) {
    getWith(variable, value).assertFailed(ExitStatus.MISUSED, reason);
    assertThat(agent.requests).isEmpty();
  }

  @Test
  void a_field_is_given_once() {
    get("a#b --field c").assertFailed(ExitStatus.MISUSED, "The field is given twice");
    assertThat(agent.requests).isEmpty();
  }

  @Test
  void a_wrong_table_of_the_agent_alone_does_not_matter() {
    assertThat(getWith("KMS_AGENT_CACHE_TTLSECONDS", "x").status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void status_prints_what_fails_since_when_the_end_of_the_key_the_cache_and_limits() {
    assertThat(status(health("DEGRADED"), METRICS))
        .isEqualTo(
            new CommandRun(
                ExitStatus.DONE,
                """
                agent: DEGRADED
                credentials:
                  status: UP
                  detail: The credentials are good for 1800 s.
                kms:
                  status: DEGRADED
                  detail: KMS last answered 9 s ago; calls fail: throttled (X.Y).
                  since: 2026-11-28T03:02:01Z
                  outcome: throttled
                  code: X.Y
                  runbook: page.md#throttling
                cache_entries: 12
                cache_bytes: 1572864
                limit of cache_entries: 1000
                limit of cache_bytes: 67108864
                limit of requests: 100
                limit of kms_calls_per_second: 0
                process_resident_memory_bytes: 104857600
                """,
                ""));
  }

  @Test
  void status_needs_no_token_and_names_what_fails() {
    agent.bodies.put(
        "/readyz",
        """
        {"status":"DEGRADED","dependencies":{"roles":{"status":"DEGRADED","detail":"Roles.",
        "failing":["role/a as shop:a: STS","role/b as shop:b: KMS"]}}}
        """);
    agent.bodies.put("/metrics", "kms_agent_tenants 3.0");
    var environment = Map.of(PORT, agent.environment().getOrDefault(PORT, ""));
    assertThat(run(environment, "status").out())
        .isEqualTo(
            """
            agent: DEGRADED
            roles:
              status: DEGRADED
              detail: Roles.
              failing:
                role/a as shop:a: STS
                role/b as shop:b: KMS
            tenants: 3
            """);
    assertThat(agent.requests).containsExactly("/readyz ", "/metrics ");
  }

  @Test
  void get_says_that_the_agent_of_a_node_gives_secrets_to_pods_alone() {
    CommandRun.in(Map.of(), false, "get", "app/a")
        .assertFailed(ExitStatus.MISUSED, "for the agent of a node, of the token of a pod");
  }

  @Test
  void an_agent_that_is_not_ready_is_a_failure() {
    assertThat(status(health("DOWN"), METRICS).status()).isEqualTo(ExitStatus.FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>canary",
        "[]",
        "{}",
        "{\"status\":\"UP\"}",
        "{\"status\":\"UP\",\"dependencies\":{\"kms\":\"canary\"}}"
      })
  void the_status_of_another_service_is_no_agents(String page) {
    assertThat(status(page, METRICS))
        .isEqualTo(new CommandRun(ExitStatus.FAILED, "", "What answered is no agent.\n"));
  }

  @Test
  void the_metrics_of_another_service_are_no_agents() {
    assertThat(status(health("UP"), "kms_agent_cache_entries canary").err())
        .startsWith("What answered is no agent.");
  }
}
