package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds of a listener: here eight connections, three of them unfinished. */
class BoundedConnectorTest {
  private static final int CONNECTIONS = 8;
  static final int UNFINISHED = 3;
  private static final Duration NEVER = Duration.ofDays(1);
  static final Duration DEADLINE = ConnectionBounds.DEADLINE;

  /** The lock of tests that begin processes. */
  static final String CHILDREN = "children";

  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  /** Where connections are shared: of these, one address alone has 21. */
  private static final int SHARED = 40;

  private static final String HALF_A_HEAD = "GET /quick HTTP/1.1\r\nX: " + "x".repeat(7000);

  final VirtualTime time = new VirtualTime();
  private final Server server = new Server(new QueuedThreadPool(), new Timers(), null);
  private final Queue<Callback> slow = new LinkedBlockingQueue<>();
  private final List<ClientConnection> clients = new ArrayList<>();
  private ConnectionBounds bounds = bounds(CONNECTIONS, false);
  private BoundedConnector listener = listen(CONNECTIONS, false);

  private ConnectionBounds bounds(int connections, boolean isOfMany) {
    return new ConnectionBounds(connections, UNFINISHED, isOfMany, JettyTransport.timers(server));
  }

  private BoundedConnector listen(int connections, boolean isOfMany) {
    return listen(connections, isOfMany, NEVER, Optional.empty());
  }

  private BoundedConnector listen(
      int connections, boolean isOfMany, Duration longestWait, Optional<OtherLoopback> other) {
    bounds = bounds(connections, isOfMany);
    listener = new BoundedConnector(server, bounds, longestWait, other, protocols());
    listener.setHost("127.0.0.1");
    listener.setIdleTimeout(NEVER.toMillis());
    listener.setShutdownIdleTimeout(NEVER.toMillis() - 1);
    server.setConnectors(new BoundedConnector[] {listener});
    return listener;
  }

  /** Of the listener; the first begins each connection. */
  ConnectionFactory[] protocols() {
    return new ConnectionFactory[] {new HttpConnectionFactory()};
  }

  /** Connects, with what comes before HTTP. */
  ClientConnection connect(InetAddress to, int port, InetAddress from) throws IOException {
    return new ClientConnection(new Socket(to, port, from, 0));
  }

  /** Jetty's timers, on virtual time. */
  private final class Timers extends AbstractLifeCycle implements Scheduler {
    @Override
    public Task schedule(Runnable work, long delay, TimeUnit unit) {
      var timer = time.schedule(Duration.of(delay, unit.toChronoUnit()), work);
      return () -> {
        timer.cancel();
        return true;
      };
    }
  }

  /** Answers at once, with much, or not until {@link #slow} is completed. */
  private final class Requests extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      switch (request.getHttpURI().getPath()) {
        case "/slow" -> slow.add(callback);
        case "/body" -> Content.Source.consumeAll(request, callback);
        case "/large" -> response.write(true, ByteBuffer.allocate(16 << 20), callback);
        default -> callback.succeeded();
      }
      return true;
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (var client : clients) {
      client.close();
    }
    server.stop();
  }

  void start() throws Exception {
    server.setHandler(new Requests());
    server.start();
  }

  private ClientConnection connect() throws IOException {
    return connectFrom(1);
  }

  ClientConnection connectPlain() throws IOException {
    return kept(new ClientConnection(listener.getLocalPort()));
  }

  private ClientConnection kept(ClientConnection client) {
    clients.add(client);
    return client;
  }

  private ClientConnection send(String text) throws IOException {
    var client = connectFully();
    client.send(text);
    return client;
  }

  /** Sends half a head; returns once the server has read it. */
  private ClientConnection sendHalf() throws IOException {
    var client = send(HALF_A_HEAD);
    awaitRead(client, HALF_A_HEAD.length());
    return client;
  }

  /** Returns once the server has read so many bytes of a client, and waits for more. */
  private void awaitRead(ClientConnection client, int bytes) {
    Patience.assertSoon(
        () ->
            listener.getConnectedEndPoints().stream()
                .anyMatch(end -> hasReadFrom(client, end, bytes)));
  }

  private static boolean hasReadFrom(ClientConnection client, EndPoint end, int bytes) {
    return client.address().equals(end.getRemoteSocketAddress())
        && http(end).getBytesIn() >= bytes
        && end.isFillInterested();
  }

  private static Connection http(EndPoint end) {
    return end.getConnection() instanceof SslConnection tls
        ? tls.getSslEndPoint().getConnection()
        : end.getConnection();
  }

  /**
   * Connects; returns once the server waits for a request. It has waited for the handshake before,
   * so that whether it waits is asked last.
   */
  private ClientConnection connectFully() throws IOException {
    var client = connect();
    Patience.assertSoon(
        () ->
            listener.getConnectedEndPoints().stream()
                .anyMatch(
                    end ->
                        end.getConnection().getMessagesIn() >= ready()
                            && hasReadFrom(client, end, 0)));
    return client;
  }

  /** What the connection has counted before the first request. */
  int ready() {
    return 0;
  }

  private ClientConnection ask(String path) throws IOException {
    return ask(connectFully(), path);
  }

  private static ClientConnection ask(ClientConnection client, String path) throws IOException {
    client.send(ClientConnection.request(path));
    return client;
  }

  /** Returns once the server waits for the next request. */
  private void assertServed(ClientConnection client) throws IOException {
    assertThat(ask(client, "/quick").read().status()).isEqualTo(200);
    awaitRead(client, 1);
  }

  /**
   * The kernel could go on connecting clients while the thread of an acceptor waits for them. It
   * does while a process that begins still has the files of this one, so no other test begins one.
   */
  @RepeatedTest(20)
  @ResourceLock(CHILDREN)
  void a_listener_that_is_closed_refuses_connections_at_once() throws Exception {
    var address = InetAddress.ofLiteral("127.0.1." + ADDRESSES.incrementAndGet());
    listener.setHost(address.getHostAddress());
    start();
    var port = listener.getLocalPort();
    assertServed(kept(connect(address, port, InetAddress.getLoopbackAddress())));

    listener.close();

    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> new Socket(address, port).close());
  }

  private ClientConnection connectFrom(int address) throws IOException {
    var from = InetAddress.ofLiteral("127.0.0." + address);
    return kept(connect(InetAddress.getLoopbackAddress(), listener.getLocalPort(), from));
  }

  /** Whether an answer comes: the server may have closed the connection. */
  private static boolean isServed(ClientConnection client) {
    try {
      return ask(client, "/quick").read().status() == 200;
    } catch (IOException closed) {
      return false;
    }
  }

  private boolean isNextServed() {
    return Unchecked.get(() -> isServed(connect()));
  }

  @Test
  void an_address_that_has_its_share_displaces_its_own_oldest() throws Exception {
    listen(SHARED, true);
    start();
    var oldest = connect();
    assertServed(oldest);
    for (int i = 1; i < 21; i++) {
      assertServed(connect());
    }

    for (int i = 0; i < 5; i++) {
      Patience.assertSoon(this::isNextServed);
    }
    assertThat(oldest.ended()).isTrue();
    Patience.assertSoon(() -> listener.getConnectedEndPoints().size() == 21);
  }

  @Test
  void a_share_is_given_back_however_a_connection_ends() throws Exception {
    listen(SHARED, true);
    start();
    for (int i = 0; i < 2 * SHARED; i++) {
      var _ = isServed(connectFrom(3 + i % 7));
    }
    for (var client : clients) {
      client.close();
    }
    Patience.assertSoon(() -> isNextServed() && listener.getConnectedEndPoints().size() == 21);
  }

  @Test
  void a_half_head_after_a_whole_request_and_a_client_that_does_not_read_count_too()
      throws Exception {
    start();
    var first = send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n" + HALF_A_HEAD);
    assertThat(first.read().status()).isEqualTo(200);
    time.awaitDue(DEADLINE, 1);
    var reader = ask("/large");
    assertThat(reader.readHead().status()).isEqualTo(200);
    time.awaitDue(DEADLINE, 2);
    for (int i = 0; i < UNFINISHED; i++) {
      sendHalf();
    }
    assertThat(first.ended()).isTrue();
    assertThat(reader.readText()).hasSizeLessThan(16 << 20);
  }

  @Test
  void a_full_listener_closes_the_connection_that_was_idle_longest() throws Exception {
    start();
    var used = connect();
    assertServed(used);
    var silent = connect();
    assertServed(silent);
    for (int i = 2; i < CONNECTIONS; i++) {
      assertServed(connect());
    }
    assertServed(used);
    assertServed(connect());
    assertThat(silent.ended()).isTrue();
    assertServed(used);
  }

  @Test
  void connections_to_both_loopback_addresses_count_together() throws Exception {
    var ipv6 = InetAddress.ofLiteral("::1");
    assumeTrue(NetworkInterface.getByInetAddress(ipv6) != null, "this machine has no ::1");
    listen(CONNECTIONS, false, NEVER, Optional.of(new OtherLoopback(ipv6, true)));
    start();
    var silent = connect();
    assertServed(silent);
    for (int i = 0; i < CONNECTIONS; i++) {
      assertServed(kept(connect(ipv6, listener.getLocalPort(), ipv6)));
    }
    assertThat(silent.ended()).isTrue();
    assertServed(clients.get(1));
  }

  @Test
  void a_connection_is_closed_if_making_room_for_it_fails() throws Exception {
    listen(CONNECTIONS, false, Patience.limit(), Optional.empty());
    var peer = InetAddress.ofLiteral("127.0.0.2");
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(bounds.tryAccept(i, peer)).isTrue();
      bounds.opened(new BrokenConnection(i, peer));
    }
    start();
    assertThat(connectPlain().ended()).isTrue();
    Patience.assertSoon(() -> bounds.accepting() == 0);
  }

  /** Was used before the listener was made, and cannot be closed. */
  private static final class BrokenConnection extends ConnectionBounds.Connection {
    BrokenConnection(Object channel, InetAddress peer) {
      super(channel, peer, NanoTime.now() - NEVER.toNanos());
    }

    @Override
    boolean isWaiting() {
      return true;
    }

    @Override
    long completeRequests() {
      return 0;
    }

    @Override
    void close() {
      throw new IllegalStateException("a bug");
    }
  }

  @Test
  void a_request_in_flight_is_not_closed() throws Exception {
    start();
    var waiting = ask("/slow");
    Patience.assertSoon(() -> slow.size() == 1);
    for (int i = 0; i < 2 * CONNECTIONS; i++) {
      assertServed(connect());
      sendHalf();
    }
    slow.remove().succeeded();
    assertThat(waiting.read().status()).isEqualTo(200);
  }

  private void startAndTakeAllPlaces() throws Exception {
    start();
    for (int i = 0; i < CONNECTIONS; i++) {
      ask("/slow");
    }
    Patience.assertSoon(() -> slow.size() == CONNECTIONS);
  }

  @Test
  void a_connection_waits_for_a_place_while_all_others_have_requests_in_flight() throws Exception {
    startAndTakeAllPlaces();
    var late = ask(connectPlain(), "/quick");
    Patience.assertSoon(this::isAcceptorWaiting);
    slow.remove().succeeded();
    assertThat(late.read().status()).isEqualTo(200);
  }

  @Test
  void a_connection_that_gets_no_place_in_time_is_closed() throws Exception {
    listen(CONNECTIONS, false, Duration.ofMillis(1), Optional.empty());
    startAndTakeAllPlaces();
    assertThat(connectPlain().ended()).isTrue();
    Patience.assertSoon(() -> bounds.accepting() == 0);
    slow.forEach(Callback::succeeded);
    for (var client : clients.subList(0, CONNECTIONS)) {
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void connections_wait_in_the_kernel_while_the_selector_opens_none() throws Exception {
    listen(200, false);
    listener.setAcceptQueueSize(200);
    var accepted = new AtomicInteger();
    whenAccepted(accepted::incrementAndGet);
    start();
    var held = holdSelector();
    var late = new ArrayList<ClientConnection>();
    for (int i = 0; i < 150; i++) {
      late.add(ask(connectPlain(), "/quick"));
    }
    Patience.assertSoon(this::isAcceptorWaiting);
    assertThat(accepted).hasValueLessThan(100);
    held.complete(true);
    for (var client : late) {
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  private void whenAccepted(Runnable work) {
    SelectorManager.AcceptListener accepting =
        new SelectorManager.AcceptListener() {
          @Override
          public void onAccepting(SelectableChannel channel) {
            work.run();
          }
        };
    listener.getSelectorManager().addEventListener(accepting);
  }

  private void onSelector(Runnable work) {
    listener.getSelectorManager().getBean(ManagedSelector.class).submit(_ -> work.run());
  }

  /** Returns once the thread of the selector waits; it goes on when the result is completed. */
  private CompletableFuture<Boolean> holdSelector() {
    var begun = new CompletableFuture<Boolean>();
    var held = new CompletableFuture<Boolean>();
    onSelector(
        () -> {
          begun.complete(true);
          Patience.join(held);
        });
    Patience.join(begun);
    return held;
  }

  @Test
  void a_pass_of_the_selector_ends_when_it_has_read_all_that_had_arrived() throws Exception {
    start();
    var client = connect();
    assertServed(client);
    var held = holdSelector();
    ask(client, "/slow");
    Patience.assertSoon(this::hasSomethingArrived);
    var end = listener.beginPass();
    var left = new CompletableFuture<Long>();
    onSelector(() -> left.complete(end.getCount()));
    var handled = new CompletableFuture<Integer>();
    onSelector(() -> onSelector(() -> handled.complete(slow.size())));
    held.complete(true);

    assertThat(Patience.join(left)).as("before it reads").isOne();
    end.await();
    assertThat(Patience.join(handled)).as("after it has read").isOne();
  }

  /** Whether the kernel has bytes of a client that the server has not read. */
  private boolean hasSomethingArrived() {
    return listener.getConnectedEndPoints().stream()
        .map(end -> (SocketChannel) end.getTransport())
        .anyMatch(it -> Unchecked.get(() -> it.socket().getInputStream().available()) > 0);
  }

  @Test
  void jetty_is_the_one_whose_undocumented_behavior_was_read() {
    assertThat(Server.getVersion())
        .as("Read what the Javadoc of BoundedConnector lists in the source of this version")
        .isEqualTo(BoundedConnector.JETTY);
  }

  private boolean isAcceptorWaiting() {
    var name = "@" + Integer.toHexString(listener.hashCode());
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("acceptor") && thread.getName().contains(name))
        .anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  @ParameterizedTest
  @CsvSource({
    "'GET ', x",
    "'\r\n', '\r\n'",
    "'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n', x"
  })
  void a_head_or_a_body_that_drips_is_closed_at_the_deadline(String begin, String drop)
      throws Exception {
    start();
    var client = send(begin);
    time.awaitDue(DEADLINE, 1);
    time.advance(DEADLINE.minusSeconds(1));
    client.send(drop);
    awaitRead(client, begin.length() + drop.length());
    time.advance(Duration.ofSeconds(1));
    assertThat(client.ended()).isTrue();
  }

  @Test
  void a_client_that_does_not_read_is_closed_at_the_deadline() throws Exception {
    start();
    var reader = ask("/large");
    assertThat(reader.readHead().status()).isEqualTo(200);
    time.awaitDue(DEADLINE, 1);
    time.advance(DEADLINE);
    assertThat(reader.readText()).hasSizeLessThan(16 << 20);
  }

  @Test
  void a_connection_between_requests_and_a_request_in_flight_outlive_the_deadline()
      throws Exception {
    start();
    var idle = connect();
    assertServed(idle);
    var waiting = ask("/slow");
    Patience.assertSoon(() -> slow.size() == 1);
    var half = send("GET ");
    time.awaitDue(DEADLINE, 1);
    time.advance(DEADLINE);
    assertThat(half.ended()).isTrue();
    assertServed(idle);
    slow.remove().succeeded();
    assertThat(waiting.read().status()).isEqualTo(200);
  }

  /** It has not announced that it is the last one, and the client may have sent another request. */
  @Test
  void a_reply_under_way_when_the_shutdown_begins_does_not_end_its_connection() throws Exception {
    start();
    var reader = ask("/large");
    assertThat(reader.readHead().headers()).doesNotContainKey("connection");
    var _ = listener.shutdown();
    reader.skip(16 << 20);
    assertServed(reader);
  }

  @Test
  void a_shutdown_waits_for_a_connection_that_was_accepted_before() throws Exception {
    var accepted = new CompletableFuture<Boolean>();
    whenAccepted(() -> accepted.complete(true));
    start();
    var held = holdSelector();
    var late = connectPlain();
    Patience.join(accepted);
    var gone = CompletableFuture.completedFuture(true).thenComposeAsync(_ -> listener.shutdown());
    Patience.assertSoon(() -> !listener.isOpen());
    held.complete(true);
    Patience.assertSoon(
        () ->
            listener.getConnectedEndPoints().stream()
                .anyMatch(end -> end.getIdleTimeout() == listener.getShutdownIdleTimeout()));
    assertThat(gone).isNotDone();
    assertThat(ask(late, "/quick").read().status()).isEqualTo(200);
    late.close();
    Patience.join(gone);
  }

  @Test
  void a_second_thread_does_not_read_a_connection_before_the_first_has_finished()
      throws InterruptedException {
    var factory = new SerialHttpConnection.Factory(new HttpConfiguration());
    var client = new SlowClient();
    var connection =
        (HttpConnection) factory.newConnection(new LocalConnector(new Server(), factory), client);
    client.setConnection(connection);

    var first = Thread.ofPlatform().start(connection::onFillable);
    client.firstRead.await();
    var second = Thread.ofPlatform().start(connection::onFillable);
    Patience.assertSoon(() -> second.getState() == Thread.State.WAITING || client.reads.get() > 1);

    assertThat(client.reads).hasValue(1);
    client.mayEnd.countDown();
    first.join();
    second.join();
    assertThat(client.reads).hasValue(2);
  }

  /** The first read of what it sends takes until it is allowed to end; nothing has come then. */
  private static final class SlowClient extends ByteArrayEndPoint {
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch firstRead = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Override
    public int fill(ByteBuffer buffer) {
      if (reads.incrementAndGet() == 1) {
        firstRead.countDown();
        await();
      }
      return -1;
    }

    private void await() {
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
