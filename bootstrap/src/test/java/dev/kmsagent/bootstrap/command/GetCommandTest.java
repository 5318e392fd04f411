package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GetCommandTest {
  @AutoClose private final FakeAgent agent = new FakeAgent();

  private CommandRun get(String line) {
    return CommandRun.in(agent.environment(), false, ("get " + line).split(" "));
  }

  private CommandRun getWith(String variable, String value) {
    return CommandRun.in(agent.environment(variable, value), false, "get", "app/a");
  }

  @ParameterizedTest
  @CsvSource({
    "app/aß, app%2Fa%C3%9F&field=.",
    "--field pass&word a, a&field=pass%26word",
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
    var run = CommandRun.in(agent.environment(), true, "get", "app/a");

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

    assertThat(get("a").status()).isEqualTo(ExitStatus.UNREACHABLE);
    assertThat(get("a").err()).contains("cannot be reached", "is it running?");
  }

  @ParameterizedTest
  @CsvSource({
    "KMS_TOKEN, file:/etc/token, KMS_TOKEN: the value begins with file:",
    "KMS_AGENT_SERVER_HTTPPORT, 0, Server.HttpPort is 0",
    "KMS_AGENT_SERVER_HTTPPORT, x, Server.HttpPort"
  })
  void without_a_usable_token_or_port_the_agent_is_not_asked(
      String variable, String value, String reason) {
    var run = getWith(variable, value);

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains(reason);
    assertThat(agent.requests).isEmpty();
  }

  @Test
  void without_a_token_the_variables_are_named() {
    var run = CommandRun.in(Map.of(), false, "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).startsWith("no token: none of KMS_TOKEN");
  }

  @Test
  void a_wrong_table_of_the_agent_alone_does_not_matter() {
    assertThat(getWith("KMS_AGENT_CACHE_TTLSECONDS", "x").status()).isEqualTo(ExitStatus.DONE);
  }
}
