package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the token comes from, and how it changes. */
final class TokenTest {
  /** The file is read again at this interval. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final String secret = cloud.newSecret("value");

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private WiredAgent agentWith(String token) {
    return WiredAgent.start(cloud.setup().withVariable("KMS_TOKEN", token), time);
  }

  private int status(WiredAgent agent, String token) {
    return agent.client().with("X-KMS-Token", token).secret(secret).status();
  }

  private void awaitNextReading() {
    time.awaitDue(INTERVAL, 1);
    time.advance(INTERVAL);
  }

  private void awaitChange(WiredAgent agent, String from, String to) {
    awaitNextReading();
    Patience.see(() -> status(agent, to), status -> status == 200);
    assertThat(status(agent, from)).isEqualTo(403);
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
            .withVariable("SECOND", "of-the-second");
    try (var agent = WiredAgent.start(setup, time)) {
      var client = new AgentClient(agent.client().port());

      assertThat(client.with("X-My-Token", "of-the-second").secret(secret).status()).isEqualTo(200);
      assertThat(client.with("X-My-Token", TestCloud.TOKEN).secret(secret).status()).isEqualTo(403);
      assertThat(client.with("X-KMS-Token", "of-the-second").secret(secret).status())
          .isEqualTo(403);
    }
  }

  @Test
  void a_file_that_changes_is_read_again(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "first");
    try (var agent = agentWith("file://" + file)) {
      assertThat(status(agent, "first")).isEqualTo(200);

      Files.writeString(file, "second");
      awaitChange(agent, "first", "second");

      var other = Files.writeString(folder.resolve("other"), "third");
      Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
      awaitChange(agent, "second", "third");

      Files.writeString(file, "");
      awaitNextReading();
      Patience.see(() -> agent.client().get("/readyz").body(), it -> it.contains("DEGRADED"));
      assertThat(status(agent, "third")).isEqualTo(200);

      Files.writeString(file, "fourth");
      awaitChange(agent, "third", "fourth");
      assertThat(agent.client().get("/readyz").text("status")).isEqualTo("UP");
    }
  }
}
