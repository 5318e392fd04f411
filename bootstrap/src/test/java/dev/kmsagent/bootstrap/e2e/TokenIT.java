package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the token comes from, and the warnings about it in the log. */
final class TokenIT {
  private final TestCloud cloud = TestCloud.start();
  private final String secret = cloud.newSecret("value");

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  @Test
  void the_first_variable_that_is_set_counts_and_only_the_headers_that_are_named() {
    var setup =
        cloud
            .setup()
            .with(
                """
                Server.SSRFEnvVariables = ["FIRST", "SECOND", "KMS_TOKEN"]
                Server.SSRFHeaders = ["X-My-Token"]
                """)
            .withVariable("SECOND", "/second");
    try (var agent = AgentProcess.start(setup)) {
      var client = new AgentClient(agent.port());

      assertThat(client.with("X-My-Token", "/second").secret(secret).status()).isEqualTo(200);
      assertThat(client.with("X-My-Token", TestCloud.TOKEN).secret(secret).status()).isEqualTo(403);
      assertThat(client.with("X-KMS-Token", "/second").secret(secret).status()).isEqualTo(403);
      Patience.see(agent::stderr, log -> log.toString().contains("token_can_be_guessed"));
      Patience.see(agent::stderr, log -> log.toString().contains("token_may_be_a_path"));
    }
  }
}
