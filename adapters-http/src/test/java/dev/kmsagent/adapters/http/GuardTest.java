package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Secrets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GuardTest {
  private final TestAgent agent = new TestAgent();

  @BeforeAll
  void hold() {
    agent.hold(Secrets.text("app/dev/secret-1", "v1", "value"));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  @Test
  void a_secret_is_given_to_who_shows_the_token() {
    var answer = agent.get("/secretsmanager/get?secretId=app/dev/secret-1");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("SecretData").getAsString()).isEqualTo("value");
  }

  @Test
  void no_token_no_secret() {
    var answer = agent.send(agent.port, "GET", "/secretsmanager/get?secretId=app/dev/secret-1");

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("Forbidden.Token");
  }
}
