package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that come to nothing: with which status, and what they say. */
final class StartIT {
  private final TestCloud cloud = TestCloud.start();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private static AgentProcess.Exit exit(AgentSetup setup) throws InterruptedException {
    try (var agent = AgentProcess.begin(setup)) {
      return agent.exit();
    }
  }

  private static void check(AgentProcess.Exit exit, int status, String... words) {
    assertThat(exit.status()).isEqualTo(status);
    assertThat(exit.stdout()).isEmpty();
    assertThat(exit.stderr()).contains(words).doesNotContain("\tat ");
  }

  @Test
  void a_port_in_use() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = taken.getLocalPort();

      check(exit(cloud.setup().with("Server.HttpPort = " + port)), 1, ":" + port, "in use");
    }
  }

  @Test
  void a_folder_for_the_log_that_cannot_be_made() throws Exception {
    check(
        exit(cloud.setup().with("Log.LogPath = \"config.toml\"")), 2, "Log.LogPath", "config.toml");
  }

  @Test
  void no_token() throws Exception {
    check(exit(without(cloud.setup(), "KMS_TOKEN")), 2, "KMS_TOKEN", "KMS_SESSION_TOKEN");
  }

  private static AgentSetup without(AgentSetup setup, String variable) {
    var fewer = new HashMap<>(setup.environment());
    fewer.remove(variable);
    return new AgentSetup(setup.keys(), fewer);
  }

  @Test
  void an_empty_token_file(@TempDir Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("token"), "\n");

    check(exit(cloud.setup().withVariable("KMS_TOKEN", "file://" + file)), 2, "KMS_TOKEN", "empty");
  }
}
