package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatusCommandTest {
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

  private static String health(String status) {
    return """
    {"status":"%s","dependencies":{
    "credentials":{"status":"UP","detail":"The credentials are good for 1800 s."},
    "kms":{"status":"%s","detail":"KMS last answered 9 s ago; calls fail: throttled (X.Y).",
    "since":"2026-11-28T03:02:01Z","outcome":"throttled","code":"X.Y","runbook":"page.md#throttling"}}}
    """
        .formatted(status, status);
  }

  private CommandRun run(String health, String metrics) {
    agent.bodies.put("/readyz", health);
    agent.bodies.put("/metrics", metrics);
    return CommandRun.in(agent.environment(), false, "status");
  }

  @Test
  void it_prints_what_fails_since_when_the_end_of_the_key_the_cache_and_limits() {
    assertThat(run(health("DEGRADED"), METRICS))
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
  void an_agent_that_is_not_ready_is_a_failure() {
    assertThat(run(health("DOWN"), METRICS).status()).isEqualTo(ExitStatus.FAILED);
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
  void another_service_is_no_agent(String page) {
    assertThat(run(page, METRICS))
        .isEqualTo(new CommandRun(ExitStatus.FAILED, "", "What answered is no agent.\n"));
  }

  @Test
  void metrics_of_another_service_are_no_agents() {
    assertThat(run(health("UP"), "kms_agent_cache_entries canary").err())
        .startsWith("What answered is no agent.");
  }
}
