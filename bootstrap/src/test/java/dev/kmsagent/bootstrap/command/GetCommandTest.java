package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server of a few lines that answers as the agent does. */
final class GetCommandTest {
  private static final String SECRET = "hunter2";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String contentType = "text/plain;charset=utf-8";
  private volatile String error = "";
  private FakeAgent agent;

  @BeforeEach
  void start() throws IOException {
    agent = FakeAgent.start(this::answer);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    var shown = exchange.getRequestHeaders().getFirst("X-KMS-Token");
    requests.add(exchange.getRequestURI() + " " + shown);
    exchange.getResponseHeaders().set("Content-Type", contentType);
    if ("the-token".equals(shown)) {
      FakeAgent.send(exchange, 200, SECRET);
    } else {
      FakeAgent.send(exchange, 403, error);
    }
  }

  private Map<String, String> environment(String... more) {
    var environment = new HashMap<>(agent.environment("the-token"));
    for (var i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  @Test
  void it_prints_the_value_or_the_field_and_nothing_else() {
    var whole = CommandRun.in(environment(), false, "get", "app/a b");
    var field = CommandRun.in(environment(), false, "get", "--field", "pass&word", "app/a");

    assertThat(List.of(whole, field)).containsOnly(new CommandRun(ExitStatus.DONE, "hunter2", ""));
    assertThat(requests)
        .containsExactly(
            "/secretsmanager/get?secretId=app%2Fa+b&field=. the-token",
            "/secretsmanager/get?secretId=app%2Fa&field=pass%26word the-token");
  }

  @Test
  void what_is_no_part_of_a_secret_is_not_printed() {
    contentType = "text/html";
    var run = CommandRun.in(environment(), false, "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.err()).contains("is no agent");
  }

  @Test
  void on_a_terminal_it_ends_the_line() {
    var run = CommandRun.in(environment(), true, "get", "app/a");

    assertThat(run.out()).isEqualTo("hunter2" + System.lineSeparator());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Code\":\"Forbidden.X\",\"Message\":\"No.\",\"RequestId\":\"1\"}",
        "{\"__type\":\"Forbidden.X\",\"message\":\"No.\"}",
        "{\"errors\":[\"Forbidden.X: No.\"]}"
      })
  void a_refusal_is_told_with_status_code_and_message_in_each_dialect(String body) {
    error = body;
    var run = CommandRun.in(environment("KMS_TOKEN", "wrong"), false, "get", "app/a");

    assertThat(run)
        .isEqualTo(
            new CommandRun(ExitStatus.FAILED, "", "403 Forbidden.X: No." + System.lineSeparator()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "[1]", "{", "{\"errors\":{}}", "canary"})
  void an_error_in_another_form_is_told_by_its_status_alone(String body) {
    error = body;
    var run = CommandRun.in(environment("KMS_TOKEN", "wrong"), false, "get", "app/a");

    assertThat(run.err()).startsWith("What answered, with status 403, is no agent.");
  }

  @Test
  void an_agent_that_does_not_run_cannot_be_reached() {
    agent.close();
    var run = CommandRun.in(environment(), false, "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
    assertThat(run.err()).contains("cannot be reached", "is it running?");
  }

  @ParameterizedTest
  @CsvSource({
    "KMS_TOKEN, file:/etc/token, KMS_TOKEN: the value begins with file:",
    "OTHER, x, no token: none of KMS_TOKEN"
  })
  void without_a_usable_token_the_agent_is_not_asked(String variable, String value, String reason) {
    var run =
        CommandRun.in(
            Map.of(
                variable,
                value,
                "KMS_AGENT_SERVER_HTTPPORT",
                "" + agent.server().getAddress().getPort()),
            false,
            "get",
            "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).startsWith(reason);
    assertThat(requests).isEmpty();
  }

  @Test
  void a_port_that_the_agent_chose_itself_is_not_known() {
    var run = CommandRun.in(environment("KMS_AGENT_SERVER_HTTPPORT", "0"), false, "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains("Server.HttpPort");
  }

  @Test
  void a_wrong_table_of_the_agent_alone_does_not_matter() {
    var run = CommandRun.in(environment("KMS_AGENT_CACHE_TTLSECONDS", "x"), false, "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
  }
}
