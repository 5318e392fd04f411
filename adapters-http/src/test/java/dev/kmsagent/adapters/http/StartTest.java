package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StartTest {
  private static final int ANY = 0;

  private static AgentHttpServer server(int port, Optional<ListenAddress> management) {
    return TestAgent.bareServer(
        TestAgent.server(loopback(port), ResponseType.KMS, "/v1/", 1), management);
  }

  private static ListenAddress loopback(int port) {
    return new ListenAddress(InetAddress.getLoopbackAddress(), port);
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
  void a_task_is_run_by_the_selector_of_each_listener() {
    var server = server(ANY, Optional.of(loopback(ANY)));
    server.start();
    try {
      assertThat(server.selectors()).containsOnlyKeys("main listener", "management listener");
      server
          .selectors()
          .forEach(
              (_, selector) -> {
                var thread = new CompletableFuture<String>();
                selector.execute(() -> thread.complete(Thread.currentThread().getName()));
                assertThat(thread.join()).startsWith("http-");
              });
    } finally {
      server.stop(Duration.ZERO);
    }
  }

  @Test
  void a_port_that_is_taken_is_named() throws IOException {
    try (var other = taken()) {
      var port = other.getLocalPort();
      assertThat(server(port, Optional.empty()).start())
          .isEqualTo(
              new Start.CannotListen(
                  "cannot listen on 127.0.0.1:"
                      + port
                      + " (Server.HttpPort): Address already in use"));
    }
  }

  @Test
  void where_one_of_two_ports_is_taken_none_is_kept() throws IOException {
    int free = FreePort.next();
    try (var other = taken()) {
      var management = Optional.of(loopback(other.getLocalPort()));
      assertThat(server(free, management).start()).isInstanceOf(Start.CannotListen.class);
      new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close();
    }
  }

  @Test
  void a_server_that_could_not_start_can_be_stopped() throws IOException {
    try (var other = taken()) {
      var server = server(other.getLocalPort(), Optional.empty());
      assertThat(server.start()).isInstanceOf(Start.CannotListen.class);
      assertThatCode(() -> server.stop(Duration.ofSeconds(30))).doesNotThrowAnyException();
    }
  }
}
