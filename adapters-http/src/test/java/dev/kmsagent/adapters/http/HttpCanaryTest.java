package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A secret and a token are sent down every way; they come out where they should and nowhere else.
 */
class HttpCanaryTest {
  private static final String MARKER = "canary-7f3a9c51e2";

  @ParameterizedTest
  @EnumSource
  void the_secret_is_in_the_body_that_should_hold_it_and_nowhere_else(ResponseType dialect)
      throws IOException {
    try (var log = LogRecorder.ofProcess();
        var agent = new TestAgent(dialect)) {
      var secret = Secrets.text("canary", "v1", MARKER);
      agent.secrets.answer("canary", agent.found(secret, CacheState.MISS));
      var answer = agent.get("/v1/canary");
      assertThat(answer.body()).contains(MARKER);
      assertThat(answer.headers().toString()).doesNotContain(MARKER);

      var others = new ArrayList<>(bugs(agent));
      others.add(agent.get("/v1/canary", "If-None-Match", "*"));
      others.add(agent.send(agent.port, "GET", "/v1/canary"));
      others.add(agent.get("/v1/canary?versionStage=" + "x".repeat(600)));
      others.add(unreadable(agent));
      assertThat(others.toString()).doesNotContain(MARKER, TestAgent.TOKEN);
      assertThat(agent.events.all().toString()).doesNotContain(MARKER, TestAgent.TOKEN);
      assertThat(log.texts())
          .anyMatch(line -> line.contains("request_failed"))
          .noneMatch(line -> line.contains(MARKER) || line.contains(TestAgent.TOKEN));
    }
  }

  private static List<Answer> bugs(TestAgent agent) {
    var bug = new IllegalStateException(MARKER, new IllegalArgumentException(MARKER));
    agent.secrets.answer(
        "thrown",
        () -> {
          throw bug;
        });
    agent.secrets.answer("failed", () -> CompletableFuture.failedFuture(bug));
    agent.secrets.breakDown(bug);
    var answers = List.of(agent.get("/v1/any"), agent.get("/v1/any?refreshNow=1"));
    agent.secrets.repair();
    return List.of(
        answers.getFirst(), answers.getLast(), agent.get("/v1/thrown"), agent.get("/v1/failed"));
  }

  private static Answer unreadable(TestAgent agent) throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(
          "GET /v1/canary HTTP/1.1",
          "X-KMS-Token: " + TestAgent.TOKEN,
          "X-KMS-Token : " + TestAgent.TOKEN);
      return client.read();
    }
  }
}
