package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the agent listens. */
final class ListeningIT {
  private final TestCloud cloud = TestCloud.start();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private static boolean isOpen(String address, int port) throws IOException {
    try (var socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (ConnectException closed) {
      return false;
    }
  }

  @Test
  void each_listener_is_at_its_address_and_port_alone() throws IOException {
    var port = FreePort.next();
    var setup =
        cloud
            .setup()
            .withManagement()
            .with(
                """
                Server.HttpPort = %d
                Server.ListenAddress = "127.0.0.2"
                Management.Address = "127.0.0.3"
                """
                    .formatted(port));
    try (var agent = AgentProcess.start(setup)) {
      assertThat(agent.stdout()).containsExactly("listening on http://127.0.0.2:" + port);
      assertThat(isOpen("127.0.0.2", port)).isTrue();
      assertThat(isOpen("127.0.0.1", port)).isFalse();
      assertThat(isOpen("127.0.0.3", setup.managementPort())).isTrue();
      assertThat(isOpen("127.0.0.1", setup.managementPort())).isFalse();
    }
  }

  @Test
  void whoever_listens_beyond_loopback_must_say_so_and_is_warned() throws Exception {
    var everywhere = cloud.setup().with("Server.ListenAddress = \"0.0.0.0\"");
    try (var agent = AgentProcess.start(everywhere.with("Server.AllowRemote = true"))) {
      assertThat(isOpen("127.0.0.2", agent.port())).isTrue();
      Patience.see(agent::stderr, log -> log.toString().contains("other_machines_can_connect"));
    }
    try (var agent = AgentProcess.begin(everywhere)) {
      var exit = agent.exit();

      assertThat(exit.status()).isEqualTo(2);
      assertThat(exit.stderr()).contains("Server.ListenAddress", "Server.AllowRemote");
    }
  }
}
