package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a server listens, and whether another process can listen at an address that clients take
 * for the agent's.
 */
class ListenTest {
  private static final String IPV4 = "127.0.0.1";
  private static final String IPV6 = "::1";
  private static final String NOTHING_CHOSEN = "";

  private final List<AgentHttpServer> servers = new ArrayList<>();

  @BeforeEach
  void needs_both_addresses() throws SocketException {
    assumeTrue(NetworkInterface.getByInetAddress(address(IPV6)) != null, "this machine has no ::1");
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(Duration.ZERO));
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  private Start start(int port, String keys) {
    return start(port, keys, Optional.empty());
  }

  private Start start(int port, String keys, Optional<ListenAddress> management) {
    var config = TestAgent.server("HttpPort = %d\n%s".formatted(port, keys));
    servers.add(TestAgent.bareServer(config, management));
    return servers.getLast().start();
  }

  private int listening(int port, String keys) {
    var listening = (Start.Listening) start(port, keys);
    assertThat(listening.managementPort()).isEmpty();
    return listening.port();
  }

  private static Optional<ListenAddress> loopback(int port) {
    return Optional.of(new ListenAddress(address(IPV4), port));
  }

  /** An attempt while the port is looked at would be taken by a socket that is closed at once. */
  @Test
  void whoever_can_connect_is_connected_to_the_server() throws IOException {
    for (int i = 0; i < 300; i++) {
      var local = new InetSocketAddress(address(IPV4), FreePort.next());
      var client = CompletableFuture.supplyAsync(() -> soon(() -> SocketChannel.open(local)));
      try (var server = ExclusivePort.listen(local, 1);
          var _ = client.join()) {
        server.configureBlocking(false);
        soon(server::accept).close();
      }
    }
  }

  private interface Attempt {
    @Nullable SocketChannel make() throws IOException;
  }

  private static SocketChannel soon(Attempt attempt) {
    return Patience.see(() -> result(attempt), Optional::isPresent).orElseThrow();
  }

  private static Optional<SocketChannel> result(Attempt attempt) {
    try {
      return Optional.ofNullable(attempt.make());
    } catch (IOException notYet) {
      return Optional.empty();
    }
  }

  @Test
  void a_task_is_run_by_the_selector_of_each_listener() {
    start(0, NOTHING_CHOSEN, loopback(0));
    var selectors = servers.getLast().selectors();
    assertThat(selectors).containsOnlyKeys("main listener", "management listener");
    selectors.forEach(
        (_, selector) -> {
          var thread = new CompletableFuture<String>();
          selector.execute(() -> thread.complete(Thread.currentThread().getName()));
          assertThat(thread.join()).startsWith("http-");
        });
  }

  @Test
  void where_one_of_two_ports_is_taken_none_is_kept() throws IOException {
    int free = FreePort.next();
    try (var other = new ServerSocket(0, 1, address(IPV4))) {
      assertThat(start(free, NOTHING_CHOSEN, loopback(other.getLocalPort())))
          .isInstanceOf(Start.CannotListen.class);
      listenThere(IPV4, free);
    }
  }

  private static String chosen(String address) {
    return "ListenAddress = \"%s\"\nAllowRemote = true\n".formatted(address);
  }

  /** Pings over a connection of its own, which the server closes. */
  private static int ping(String address, int port) throws IOException {
    try (var client = new ClientConnection(new Socket(address(address), port))) {
      client.sendHead("GET /ping HTTP/1.1", "Host: x", "Connection: close");
      return client.read().status();
    }
  }

  /** What another process would do, at best: with SO_REUSEADDR, and at once. */
  private static void listenThere(String address, int port) throws IOException {
    try (var other = new ServerSocket()) {
      other.setReuseAddress(true);
      other.bind(new InetSocketAddress(address(address), port));
    }
  }

  private static boolean isFree(String address, int port) {
    try {
      listenThere(address, port);
      return true;
    } catch (BindException taken) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void assertTaken(String address, int port) {
    assertThatExceptionOfType(BindException.class)
        .as(address)
        .isThrownBy(() -> listenThere(address, port));
  }

  @ParameterizedTest
  @CsvSource({IPV4 + ',' + IPV6, IPV6 + ',' + IPV4})
  void the_one_that_was_not_chosen_refuses_clients_and_is_free_for_no_other_process(
      String chosen, String other) throws IOException {
    var port = listening(0, chosen(chosen));

    assertThat(ping(chosen, port)).isEqualTo(200);
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> new Socket(address(other), port).close());
    assertTaken(other, port);
    assertTaken("::", port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        NOTHING_CHOSEN,
        "ListenAddress = \"0.0.0.0\"\nAllowRemote = true",
        "ListenAddress = \"::\"\nAllowRemote = true"
      })
  void both_are_served_where_none_was_chosen_or_every_address(String keys) throws IOException {
    var port = listening(0, keys);

    assertThat(ping(IPV4, port)).isEqualTo(200);
    assertThat(ping(IPV6, port)).isEqualTo(200);
    assertTaken(IPV4, port);
    assertTaken(IPV6, port);
  }

  @Test
  void any_other_address_reserves_nothing() throws IOException {
    var port = listening(FreePort.next(), chosen("127.0.0.2"));

    listenThere(IPV4, port);
    listenThere(IPV6, port);
  }

  /** It listens; or it could connect to the ports of clients, and get what they send. */
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true, ListenAddress = '127.0.0.1', 127.0.0.1:PORT (Server.HttpPort): Address already",
    "::1, true, ListenAddress = '::1', [::1]:PORT (Server.HttpPort): Address already",
    "::1, true, '', http://[::1]:PORT: Address already in use. The process",
    "::1, true, ListenAddress = '127.0.0.1', can get the token of every client that connects",
    "127.0.0.1, false, '', 127.0.0.1:PORT (Server.HttpPort)",
    "::1, false, '', http://[::1]:PORT",
    "127.0.0.1, false, ListenAddress = '127.0.0.1', 127.0.0.1:PORT (Server.HttpPort)",
    "::1, false, ListenAddress = '127.0.0.1', http://[::1]:PORT"
  })
  void a_port_that_another_process_has_is_reported_and_that_of_the_other_address_given_back(
      String address, boolean listens, String keys, String reason) throws IOException {
    try (var other = listens ? ServerSocketChannel.open() : SocketChannel.open()) {
      var port = FreePort.next();
      other.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      other.bind(new InetSocketAddress(address(address), port));

      assertThat(((Start.CannotListen) start(port, keys)).reason())
          .contains(reason.replace("PORT", Integer.toString(port)));
      assertThatCode(() -> servers.getLast().stop(Duration.ofSeconds(30)))
          .doesNotThrowAnyException();
      listenThere(address.equals(IPV4) ? IPV6 : IPV4, port);
    }
  }

  @Test
  void another_agent_of_the_same_user_does_not_share_the_port() throws IOException {
    var port = listening(0, NOTHING_CHOSEN);

    assertThat(start(port, NOTHING_CHOSEN)).isInstanceOf(Start.CannotListen.class);
    assertThat(start(port, chosen(IPV6))).isInstanceOf(Start.CannotListen.class);
    assertThat(ping(IPV4, port)).isEqualTo(200);
  }

  /** Stands for a port that is free at one address and taken at the other. */
  private static final class TakenOnce extends OtherLoopback {
    private final List<Integer> ports = new ArrayList<>();

    TakenOnce() {
      super(address(IPV6), false);
    }

    @Override
    void open(int port, int backlog) throws IOException {
      ports.add(port);
      if (ports.size() == 1) {
        throw new BindException("taken");
      }
      super.open(port, backlog);
    }
  }

  @Test
  void any_port_is_one_that_is_free_at_both() throws Exception {
    var other = new TakenOnce();
    var server = JettyTransport.server();
    var connector =
        new BoundedConnector(
            server,
            JettyTransport.mainBounds(server, 1, false, false),
            Duration.ZERO,
            Optional.of(other),
            new HttpConnectionFactory());
    connector.setHost(IPV4);
    connector.open();
    try {
      assertThat(other.ports).hasSize(2);
      assertThat(connector.getLocalPort()).isEqualTo(other.ports.getLast());
      // The system may have given it to a client meanwhile.
      Patience.assertSoon(() -> isFree(IPV4, other.ports.getFirst()));
    } finally {
      connector.close();
    }
  }

  /** The side that closes first keeps the connection in TIME_WAIT: here the server. */
  @ParameterizedTest
  @ValueSource(strings = {NOTHING_CHOSEN, "ListenAddress = \"127.0.0.1\""})
  void connections_of_before_do_not_prevent_a_restart(String keys) throws IOException {
    var port = listening(FreePort.next(), NOTHING_CHOSEN);
    assertThat(ping(IPV4, port)).isEqualTo(200);
    assertThat(ping(IPV6, port)).isEqualTo(200);
    stop();

    assertThat(listening(port, keys)).isEqualTo(port);
    assertTaken(IPV6, port);
  }
}
