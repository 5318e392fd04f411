package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.VirtualTime;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Connections without sockets: 40 in all, of which one address alone has 21. */
final class ConnectionBoundsTest {
  private static final int CONNECTIONS = 40;
  private static final int UNFINISHED = 3;
  private static final Duration DEADLINE = ConnectionBounds.DEADLINE;

  private final VirtualTime time = new VirtualTime();
  private ConnectionBounds bounds = new ConnectionBounds(CONNECTIONS, UNFINISHED, true, time);

  /** Grows with each event. */
  private long now;

  /** It is closed once, only while it waits, and without the lock. */
  private final class Client extends ConnectionBounds.Connection {
    private boolean isWaiting = true;
    private boolean isClosed;
    private long requests;

    Client(Object channel, InetAddress peer) {
      super(channel, peer, now++);
    }

    @Override
    boolean isWaiting() {
      return isWaiting;
    }

    @Override
    long completeRequests() {
      return requests;
    }

    @Override
    void close() {
      assertThat(isWaiting && !isClosed).as("waits for its client").isTrue();
      assertThat(Thread.holdsLock(bounds)).as("lock").isFalse();
      end();
    }

    void end() {
      isClosed = true;
      bounds.closed(channel);
    }

    void sendHalf() {
      isWaiting = true;
      bounds.handledAll(this, true);
    }

    Client request() {
      use(now++);
      requests++;
      isWaiting = false;
      return this;
    }

    void reply() {
      isWaiting = true;
      bounds.handledAll(this, false);
    }
  }

  private static InetAddress peer(int number) {
    return InetAddress.ofLiteral("127.0.0." + number);
  }

  /** The client may be refused. */
  private Client connect(int address) {
    var peer = peer(address);
    var client = new Client(new Object(), peer);
    boolean isAccepted = bounds.tryAccept(client.channel, peer);
    if (!bounds.hasRoom(peer)) {
      bounds.setReadUntil(now);
    }
    if (isAccepted && awaitPlace()) {
      bounds.opened(client);
      client.reply();
    } else {
      client.end();
    }
    return client;
  }

  private boolean awaitPlace() {
    if (bounds.isFull() && !bounds.makeRoom(false)) {
      bounds.setReadUntil(now);
      var _ = bounds.makeRoom(true);
    }
    return !bounds.isFull();
  }

  private List<Client> connect(int address, int count) {
    return IntStream.range(0, count).mapToObj(_ -> connect(address)).toList();
  }

  /** Opens connections with a request in flight until one is refused; gives their number. */
  private int takeAllPlaces(int address) {
    int places = 0;
    while (!connect(address).request().isClosed) {
      places++;
    }
    return places;
  }

  private static void assertOpen(Client... clients) {
    assertThat(clients).allMatch(client -> !client.isClosed);
  }

  @Test
  void an_address_whose_requests_are_in_flight_leaves_others_room_and_is_refused_at_once() {
    assertThat(takeAllPlaces(2)).isEqualTo(21);
    assertOpen(connect(3));
    assertThat(takeAllPlaces(4)).isEqualTo(10);
    assertOpen(connect(5));
  }

  /** Opens as many connections of each address, from the third on. */
  private List<Client> open(int... counts) {
    var all = new ArrayList<Client>();
    for (int i = 0; i < counts.length; i++) {
      all.addAll(connect(3 + i, counts[i]));
    }
    bounds.setReadUntil(now);
    return all;
  }

  /** Each time all but one have been used since the selector is known to have read all. */
  @Test
  void a_full_listener_closes_none_of_an_address_that_has_less_than_its_share() {
    var all = open(1, 14, 10, 8, 7);
    for (int i = 1; i < 4; i++) {
      all.subList(i, all.size()).forEach(client -> client.use(now++));
      assertOpen(connect(10 + i));
      assertThat(all.get(i).isClosed).isTrue();
    }
    assertOpen(all.getFirst());
  }

  @Test
  void while_the_largest_address_has_requests_in_flight_another_that_has_its_share_loses_one() {
    var small = connect(2);
    assertThat(takeAllPlaces(9)).isEqualTo(14);
    var large = open(10, 8, 7);

    assertThat(bounds.tryAccept(this, peer(10))).isTrue();
    assertThat(bounds.makeRoom(false)).as("before all has been read").isFalse();
    assertThat(bounds.makeRoom(true)).isTrue();
    assertFirstClosed(large, 1);
    assertOpen(small);
  }

  private static void assertFirstClosed(List<Client> clients, int count) {
    assertThat(clients).filteredOn(it -> it.isClosed).isEqualTo(clients.subList(0, count));
  }

  @Test
  void an_address_with_many_connections_displaces_its_own_and_not_those_of_others() {
    var others = IntStream.range(3, 8).mapToObj(this::connect).toArray(Client[]::new);
    assertFirstClosed(connect(2, 4 * CONNECTIONS), 4 * CONNECTIONS - 6);
    assertOpen(others);
  }

  @Test
  void an_address_with_many_half_heads_displaces_its_own_and_not_those_of_another() {
    var neighbour = connect(2);
    neighbour.sendHalf();
    var own = connect(1, UNFINISHED + 1);
    own.forEach(Client::sendHalf);

    assertFirstClosed(own, 2);
    assertOpen(neighbour);
  }

  /** As handshakes are that wait for their turn. */
  @Test
  void nor_while_its_own_are_all_being_handled() {
    var neighbour = connect(2);
    neighbour.sendHalf();
    var own = connect(1, UNFINISHED + 1);
    for (var client : own) {
      client.isWaiting = false;
      bounds.handledAll(client, true);
    }

    assertOpen(own.toArray(Client[]::new));
    assertOpen(neighbour);
  }

  @Test
  void an_unfinished_connection_that_has_gone_on_is_not_the_one_that_is_closed() {
    var first = connect(1);
    first.sendHalf();
    first.request();
    first.isWaiting = true;
    var others = connect(1, UNFINISHED);
    others.forEach(Client::sendHalf);

    assertFirstClosed(others, 1);
    assertOpen(first);
  }

  @Test
  void connections_that_are_not_yet_open_count() {
    IntStream.range(0, CONNECTIONS).forEach(i -> bounds.tryAccept(i, peer(i)));
    assertThat(bounds.isFull()).isFalse();
    assertThat(bounds.tryAccept(this, peer(CONNECTIONS))).isTrue();
    assertThat(bounds.isFull()).isTrue();
  }

  @Test
  void a_connection_on_which_bytes_have_come_since_the_last_reading_is_not_closed() {
    var all = connect(1, 21);
    all.forEach(client -> client.use(now++));

    assertThat(bounds.tryAccept(this, all.getFirst().peer)).isFalse();
    bounds.setReadUntil(now);
    assertThat(bounds.tryAccept(this, all.getFirst().peer)).isTrue();
    assertFirstClosed(all, 1);
    assertThat(bounds.makeRoom(true)).as("too many").isFalse();
  }

  /** The head had come, and counted. */
  @Test
  void a_request_whose_body_was_waited_for_ends_that_state() {
    var client = connect(1);
    client.reply();
    client.request();
    client.sendHalf();
    client.reply();
    time.advance(ConnectionBounds.DEADLINE);
    assertOpen(client);
  }

  @Test
  void further_bytes_of_a_head_do_not_extend_its_deadline_and_a_complete_request_does() {
    var client = connect(1);
    client.sendHalf();
    time.advance(DEADLINE.minusSeconds(1));
    client.request();
    client.sendHalf();
    time.advance(DEADLINE.minusSeconds(1));
    client.sendHalf();
    bounds.becomeUnfinished(client);
    assertOpen(client);

    time.advance(Duration.ofSeconds(1));
    assertThat(client.isClosed).isTrue();
  }

  /** As one that the timer's thread has already begun. */
  @Test
  void a_deadline_that_passes_after_the_request_is_complete_closes_nothing() {
    var client = connect(1);
    client.sendHalf();
    client.request();
    time.advance(DEADLINE);
    assertOpen(client);
  }

  @Property(tries = 300)
  void places_shares_and_timers_are_given_back_in_every_order(@ForAll long seed) {
    bounds = new ConnectionBounds(CONNECTIONS, UNFINISHED, true, time);
    var random = new Random(seed);
    var all = new ArrayList<Client>();
    for (int i = 0; i < 200; i++) {
      all.add(connect(2 + random.nextInt(random.nextInt(1, 9))));
      var client = all.get(random.nextInt(all.size()));
      switch (random.nextInt(client.isClosed ? 3 : 6)) {
        case 0 -> client.end();
        case 1 -> bounds.setReadUntil(now);
        case 2 -> bounds.becomeUnfinished(client);
        case 3 -> client.request();
        case 4 -> client.reply();
        default -> client.sendHalf();
      }
      assertThat(all).filteredOn(it -> !it.isClosed).hasSizeLessThanOrEqualTo(CONNECTIONS);
    }
    assertThat(bounds.tryAccept(this, peer(99))).isTrue();
    Collections.shuffle(all, random);
    all.forEach(Client::end);
    all.forEach(bounds::opened);
    bounds.closed(this);

    assertThat(time.waiting()).isZero();
    assertThat(takeAllPlaces(9)).isEqualTo(21);
  }
}
