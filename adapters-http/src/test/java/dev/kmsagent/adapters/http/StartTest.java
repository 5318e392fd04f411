package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.adapters.http.HttpSettings.Address;
import dev.kmsagent.adapters.http.dialect.EntityTags;
import dev.kmsagent.adapters.http.dialect.KmsDialect;
import dev.kmsagent.adapters.http.token.TokenGuard;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartTest {
  private static final int ANY = 0;

  private static AgentHttpServer server(int port, Optional<Address> management) {
    var operations = new FakeOperations();
    return new AgentHttpServer(
        new HttpSettings(
            new Address("127.0.0.1", port), management, List.of(), "/v1/", 1, false, "test"),
        new Inside(new FakeRetrieval(), operations, operations, new RecordingEvents()),
        new KmsDialect(new EntityTags(new Random(1))),
        new TokenGuard(List.of("X"), TestAgent.token("abc")),
        new VirtualTime());
  }

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(ANY, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  void without_a_management_address_there_is_one_listener() {
    var server = server(ANY, Optional.empty());
    assertThat(server.start())
        .isInstanceOfSatisfying(
            Start.Listening.class,
            listening -> {
              assertThat(listening.port()).isPositive();
              assertThat(listening.managementPort()).isEmpty();
            });
    server.stop(Duration.ZERO);
  }

  @Test
  void a_port_that_is_taken_is_named() throws IOException {
    try (var other = taken()) {
      var port = other.getLocalPort();
      assertThat(server(port, Optional.empty()).start())
          .isEqualTo(
              new Start.CannotListen(
                  "cannot listen on 127.0.0.1:" + port + ": Address already in use"));
    }
  }

  @Test
  void where_one_of_two_ports_is_taken_none_is_kept() throws IOException {
    int free = FreePort.next();
    try (var other = taken()) {
      var management = new Address("127.0.0.1", other.getLocalPort());
      assertThat(server(free, Optional.of(management)).start())
          .isInstanceOf(Start.CannotListen.class);
      new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close();
    }
  }

  @Test
  void a_server_that_could_not_start_can_be_stopped() throws IOException {
    try (var other = taken()) {
      var server = server(other.getLocalPort(), Optional.empty());
      server.start();
      server.stop(Duration.ofSeconds(30));
    }
  }
}
