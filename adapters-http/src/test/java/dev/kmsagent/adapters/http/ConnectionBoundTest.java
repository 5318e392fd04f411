package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.http.BoundedConnector.Bounds;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
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
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds of a listener: here eight connections, three of them unfinished. */
class ConnectionBoundTest {
  private static final int CONNECTIONS = 8;
  private static final int UNFINISHED = 3;
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Bounds BOUNDS = new Bounds(CONNECTIONS, false, UNFINISHED, NEVER, NEVER);

  /** Of many addresses: of these, one alone has 21. */
  private static final Bounds SHARED = new Bounds(40, true, UNFINISHED, NEVER, NEVER);

  private static final String HALF_A_HEAD = "GET /quick HTTP/1.1\r\nX: " + "x".repeat(7000);

  private final VirtualTime time = new VirtualTime();
  private final Server server = new Server(new QueuedThreadPool(), new Timers(), null);
  private final Queue<Callback> slow = new LinkedBlockingQueue<>();
  private final List<RawClient> clients = new ArrayList<>();
  private BoundedConnector listener = listen(BOUNDS, Optional.empty());

  private BoundedConnector listen(Bounds bounds, Optional<OtherLoopback> other) {
    listener = new BoundedConnector(server, new HttpConnectionFactory(), bounds, other);
    listener.setHost("127.0.0.1");
    listener.setIdleTimeout(NEVER.toMillis());
    listener.setShutdownIdleTimeout(NEVER.toMillis() - 1);
    server.setConnectors(new BoundedConnector[] {listener});
    return listener;
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

  private void start() throws Exception {
    server.setHandler(new Requests());
    server.start();
  }

  private RawClient connect() throws IOException {
    return kept(new RawClient(listener.getLocalPort()));
  }

  private RawClient kept(RawClient client) {
    clients.add(client);
    return client;
  }

  private RawClient send(String text) throws IOException {
    var client = connect();
    client.send(text);
    return client;
  }

  /** Sends half a head; returns once the server has read it. */
  private RawClient sendHalf() throws IOException {
    var client = send(HALF_A_HEAD);
    awaitRead(client, HALF_A_HEAD.length());
    return client;
  }

  /** Returns once the server has read so many bytes of a client, and waits for more. */
  private void awaitRead(RawClient client, int bytes) {
    Patience.assertSoon(
        () ->
            listener.getConnectedEndPoints().stream()
                .anyMatch(end -> hasReadFrom(client, end, bytes)));
  }

  private static boolean hasReadFrom(RawClient client, EndPoint end, int bytes) {
    return client.hasAddress(end.getRemoteSocketAddress())
        && end.getConnection().getBytesIn() >= bytes
        && end.isFillInterested();
  }

  private RawClient ask(String path) throws IOException {
    return ask(connect(), path);
  }

  private static RawClient ask(RawClient client, String path) throws IOException {
    client.sendHead("GET " + path + " HTTP/1.1", "Host: localhost");
    return client;
  }

  /** Returns once the server waits for the next request. */
  private void assertServed(RawClient client) throws IOException {
    assertThat(ask(client, "/quick").read().status()).isEqualTo(200);
    awaitRead(client, 1);
  }

  /** The kernel could go on connecting clients while the thread of an acceptor waits for them. */
  @RepeatedTest(20)
  void a_listener_that_is_closed_refuses_connections_at_once() throws Exception {
    start();
    assertServed(connect());
    var port = listener.getLocalPort();

    listener.close();

    assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new RawClient(port).close());
  }

  @Test
  void one_head_too_many_closes_the_connection_whose_head_has_been_incomplete_longest()
      throws Exception {
    start();
    var idle = connect();
    assertServed(idle);
    var halves = new ArrayList<RawClient>();
    for (int i = 0; i < UNFINISHED + 2; i++) {
      halves.add(sendHalf());
      if (i >= UNFINISHED) {
        assertThat(halves.get(i - UNFINISHED).ended()).isTrue();
      }
    }
    halves.getLast().send("\r\nHost: localhost\r\n\r\n");
    assertThat(halves.getLast().read().status()).isEqualTo(200);
    assertServed(idle);
    assertServed(connect());
  }

  private RawClient connectFromNeighbour() throws IOException {
    return connectFrom(2);
  }

  private RawClient connectFrom(int address) throws IOException {
    var from = InetAddress.ofLiteral("127.0.0." + address);
    return kept(RawClient.from(from, listener.getLocalPort()));
  }

  /** Whether an answer comes: the server may have closed the connection. */
  private static boolean isServed(RawClient client) {
    try {
      return ask(client, "/quick").read().status() == 200;
    } catch (IOException closed) {
      return false;
    }
  }

  private boolean isNextServed() {
    try {
      return isServed(connect());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Opens connections with a request in flight until one is refused; gives their number. */
  private int takeAllPlaces(int address) throws IOException {
    int places = 0;
    for (var client = connectFrom(address); isServed(client); client = connectFrom(address)) {
      int inFlight = slow.size();
      ask(client, "/slow");
      Patience.assertSoon(() -> slow.size() == inFlight + 1);
      places++;
    }
    return places;
  }

  @Test
  void an_address_whose_requests_are_in_flight_leaves_others_room_and_is_refused_at_once()
      throws Exception {
    listen(SHARED, Optional.empty());
    start();

    assertThat(takeAllPlaces(2)).isEqualTo(21);
    assertServed(connectFrom(3));
    assertThat(takeAllPlaces(4)).isEqualTo(10);
    assertServed(connectFrom(5));
  }

  @Test
  void connections_of_an_address_without_end_close_no_idle_one_of_another() throws Exception {
    listen(SHARED, Optional.empty());
    start();
    var idle = new ArrayList<RawClient>();
    for (int address = 3; address < 8; address++) {
      idle.add(connectFrom(address));
      assertServed(idle.getLast());
    }
    for (int i = 0; i < 4 * SHARED.connections(); i++) {
      var _ = isServed(connectFrom(2));
    }

    for (var client : idle) {
      assertServed(client);
    }
  }

  @Test
  void an_address_that_has_its_share_displaces_its_own_oldest() throws Exception {
    listen(SHARED, Optional.empty());
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

  /** Opens as many connections of each address, from the third on. */
  private List<RawClient> open(int... connections) throws IOException {
    var all = new ArrayList<RawClient>();
    for (int i = 0; i < connections.length; i++) {
      for (int n = 0; n < connections[i]; n++) {
        all.add(connectFrom(3 + i));
        assertServed(all.getLast());
      }
    }
    return all;
  }

  /** Each time all but one have been used since the selector is known to have read all. */
  @Test
  void a_full_listener_closes_none_of_an_address_that_has_less_than_its_share() throws Exception {
    listen(SHARED, Optional.empty());
    start();
    var all = open(1, 14, 10, 8, 7);
    for (int i = 1; i < 4; i++) {
      for (var client : all.subList(i, all.size())) {
        assertServed(client);
      }
      assertServed(connectFrom(10 + i));
      assertThat(all.get(i).ended()).isTrue();
    }
    assertServed(all.getFirst());
  }

  @Test
  void while_the_largest_address_has_requests_in_flight_another_that_has_its_share_loses_one()
      throws Exception {
    listen(SHARED, Optional.empty());
    start();
    var small = connectFrom(2);
    assertServed(small);
    assertThat(takeAllPlaces(9)).isEqualTo(14);
    var large = open(10, 8, 7);

    assertServed(connectFrom(10));
    assertThat(large.getFirst().ended()).isTrue();
    assertServed(small);
  }

  @Test
  void a_share_is_given_back_however_a_connection_ends() throws Exception {
    listen(SHARED, Optional.empty());
    start();
    var _ = open(1, 14, 10, 8, 7);
    assertServed(connectFrom(10));
    for (int i = 0; i < 20; i++) {
      var _ = isServed(connectFrom(11));
    }
    for (var client : clients) {
      client.close();
    }
    Patience.assertSoon(() -> hasPlaces(21));
  }

  /** Whether these are all that an address gets that is alone. */
  private boolean hasPlaces(int expected) {
    try {
      takeAllPlaces(2);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return slow.size() == expected;
  }

  @Test
  void an_address_with_many_connections_displaces_its_own_and_not_those_of_another()
      throws Exception {
    start();
    var neighbour = connectFromNeighbour();
    assertServed(neighbour);
    var first = connect();
    assertServed(first);
    for (int i = 0; i < CONNECTIONS + 2; i++) {
      Patience.assertSoon(this::isNextServed);
    }

    assertThat(first.ended()).isTrue();
    assertServed(neighbour);
  }

  @Test
  void an_address_with_many_half_heads_displaces_its_own_and_not_those_of_another()
      throws Exception {
    start();
    var neighbour = connectFromNeighbour();
    neighbour.send(HALF_A_HEAD);
    awaitRead(neighbour, HALF_A_HEAD.length());
    var first = sendHalf();
    for (int i = 0; i < UNFINISHED; i++) {
      sendHalf();
    }

    assertThat(first.ended()).isTrue();
    neighbour.send("\r\nHost: localhost\r\n\r\n");
    assertThat(neighbour.read().status()).isEqualTo(200);
  }

  @Test
  void a_half_head_after_a_whole_request_and_a_client_that_does_not_read_count_too()
      throws Exception {
    start();
    var first = send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n" + HALF_A_HEAD);
    assertThat(first.read().status()).isEqualTo(200);
    var reader = ask("/large");
    assertThat(reader.readHead().status()).isEqualTo(200);
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
    listen(BOUNDS, Optional.of(new OtherLoopback(ipv6, true)));
    start();
    var silent = connect();
    assertServed(silent);
    for (int i = 0; i < CONNECTIONS; i++) {
      assertServed(kept(new RawClient(ipv6, listener.getLocalPort())));
    }
    assertThat(silent.ended()).isTrue();
    assertServed(clients.get(1));
  }

  @Test
  void a_request_in_flight_is_not_closed() throws Exception {
    start();
    var waiting = ask("/slow");
    Patience.assertSoon(() -> slow.size() == 1);
    for (int i = 0; i < 5 * CONNECTIONS; i++) {
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
    var late = ask("/quick");
    Patience.assertSoon(this::isAcceptorWaiting);
    slow.remove().succeeded();
    assertThat(late.read().status()).isEqualTo(200);
  }

  @Test
  void a_connection_that_gets_no_place_in_time_is_closed() throws Exception {
    listen(
        new Bounds(CONNECTIONS, false, UNFINISHED, NEVER, Duration.ofMillis(1)), Optional.empty());
    startAndTakeAllPlaces();
    assertThat(connect().ended()).isTrue();
    slow.forEach(Callback::succeeded);
    for (var client : clients.subList(0, CONNECTIONS)) {
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void connections_wait_in_the_kernel_while_the_selector_opens_none() throws Exception {
    listen(new Bounds(200, false, UNFINISHED, NEVER, NEVER), Optional.empty());
    listener.setAcceptQueueSize(200);
    var accepted = new AtomicInteger();
    SelectorManager.AcceptListener counting =
        new SelectorManager.AcceptListener() {
          @Override
          public void onAccepting(SelectableChannel channel) {
            accepted.incrementAndGet();
          }
        };
    listener.getSelectorManager().addEventListener(counting);
    start();
    var held = new CompletableFuture<Boolean>();
    listener.getSelectorManager().getBean(ManagedSelector.class).submit(_ -> Patience.join(held));
    var late = new ArrayList<RawClient>();
    for (int i = 0; i < 150; i++) {
      late.add(ask("/quick"));
    }
    Patience.assertSoon(this::isAcceptorWaiting);
    assertThat(accepted).hasValueLessThan(100);
    held.complete(true);
    for (var client : late) {
      assertThat(client.read().status()).isEqualTo(200);
    }
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
    listen(new Bounds(CONNECTIONS, false, UNFINISHED, DEADLINE, NEVER), Optional.empty());
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
    listen(new Bounds(CONNECTIONS, false, UNFINISHED, DEADLINE, NEVER), Optional.empty());
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
    listen(new Bounds(CONNECTIONS, false, UNFINISHED, DEADLINE, NEVER), Optional.empty());
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
    SelectorManager.AcceptListener accepting =
        new SelectorManager.AcceptListener() {
          @Override
          public void onAccepting(SelectableChannel channel) {
            accepted.complete(true);
          }
        };
    listener.getSelectorManager().addEventListener(accepting);
    start();
    var held = new CompletableFuture<Boolean>();
    listener.getSelectorManager().getBean(ManagedSelector.class).submit(_ -> Patience.join(held));
    var late = connect();
    Patience.join(accepted);
    var gone = CompletableFuture.completedFuture(true).thenComposeAsync(_ -> listener.shutdown());
    Patience.assertSoon(() -> !listener.isOpen());
    held.complete(true);
    Patience.assertSoon(
        () ->
            listener.getConnectedEndPoints().stream()
                .anyMatch(end -> end.getIdleTimeout() == listener.getShutdownIdleTimeout()));
    assertThat(gone).isNotDone();
    assertServed(late);
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
