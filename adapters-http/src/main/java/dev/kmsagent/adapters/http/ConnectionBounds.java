package dev.kmsagent.adapters.http;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.kmsagent.domain.FairShares;
import dev.kmsagent.domain.port.out.Scheduler;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;

/**
 * The connections of a listener, and which of them is closed at a bound. It knows neither sockets
 * nor HTTP: {@link BoundedConnector} reports what happens to connections, and closes those that are
 * refused here.
 *
 * <p><b>Life of a connection.</b> {@link #tryAccept} counts it and gives it a permit of its
 * address, {@link #opened} follows when it is read from, and {@link #closed} when it has ended or
 * could not be opened. A connection that is closed to make room is removed at once. Its permit is
 * released then, or passes to the connection that displaces it; the later {@code closed} finds
 * nothing, so that no permit is released twice.
 *
 * <p><b>Number.</b> At the bound {@link #makeRoom} closes the connection that has waited longest
 * for its client, of the address that has most connections. A server may close a connection at any
 * time, and a client that was about to use it connects again (RFC 9112, section 9.5). A connection
 * whose request is being handled is never closed to make room. Nor is one that was used after the
 * time that {@link #setReadUntil} tells: while the selector is slow, a request may have arrived
 * that was not read, and its connection looks idle.
 *
 * <p><b>Shares.</b> {@link FairShares} gives each address an equal share of the connections:
 * requests of one address that are being handled could otherwise take all of them, and none may be
 * closed. An address that has its share displaces its own connection, or is refused at once. An
 * address that has less loses none to others, unless it has as many as any other.
 *
 * <p><b>Unfinished.</b> A connection is unfinished while its client has sent a part of a request,
 * or does not read a reply, or does not close its end. Each may hold a whole head, so fewer may be
 * unfinished than may be idle. At that bound the first of the address that has most of them is
 * closed. Each has until {@link #DEADLINE}, which further bytes of the same head or reply do not
 * extend. A request that was completed meanwhile ends that state, also if its timer could not be
 * cancelled any more.
 *
 * <p><b>Threads.</b> Acceptors accept connections and make room; the selector opens and closes them
 * and waits for requests; virtual threads write replies; the timer closes unfinished ones. The
 * monitor of this object guards the collections and the timers of connections. With it held,
 * connections are asked for their state, which must take no lock, permits are acquired and
 * released, and timers are set. No connection is closed with it held, because that runs code of the
 * transport, which calls back. The one method that waits is {@link #awaitChange}, for acceptors. A
 * request that is complete when its bytes arrive, and a reply that the socket takes at once, use
 * fields of their connection alone, and take no lock.
 */
final class ConnectionBounds {
  /** One for each address that is served. Each may have a connection that waits for a place. */
  static final int MAX_ACCEPTORS = 2;

  /** For a whole request from its first byte, and to read a reply: each is a few segments. */
  static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final int PAUSE_MILLIS = 10;

  private final int maxConnections;
  private final int maxUnfinished;
  private final Scheduler scheduler;
  private final FairShares<InetAddress> shares;

  /** The addresses of those that are accepted and not yet open. */
  private final Map<Object, InetAddress> accepting = new HashMap<>();

  private final Map<Object, Connection> open = new HashMap<>();

  /** In the order in which they became unfinished. */
  private final SequencedSet<Connection> unfinished = new LinkedHashSet<>();

  /** As {@link System#nanoTime}, as are all times here. */
  private volatile long readUntil;

  /**
   * No connection is accepted yet.
   *
   * @param isOfMany whether room is kept for further addresses: one that is alone has half
   */
  ConnectionBounds(int maxConnections, int maxUnfinished, boolean isOfMany, Scheduler scheduler) {
    this.maxConnections = maxConnections;
    this.maxUnfinished = maxUnfinished;
    this.scheduler = scheduler;
    // A connection that waits for a place has a share, too.
    int most = maxConnections + MAX_ACCEPTORS;
    shares = isOfMany ? FairShares.ofMany(most) : FairShares.ofOne(most);
  }

  /** A connection, whatever protocols lie between its socket and its requests. */
  abstract static class Connection {
    final Object channel;
    final InetAddress peer;
    private volatile long lastUsed;

    /** Complete requests when it last had handled all that came; it has not yet at first. */
    private long requestsWhenIdle = Long.MIN_VALUE;

    private volatile boolean isUnfinished;
    private volatile long requestsWhenUnfinished;
    private Scheduler.Timer deadline = () -> {};

    /**
     * A connection that was used at {@code now}.
     *
     * @param channel its key, the same from when it is accepted until it is closed
     */
    Connection(Object channel, InetAddress peer, long now) {
      this.channel = channel;
      this.peer = peer;
      this.lastUsed = now;
    }

    /** Whether it can go on only after its client does something. */
    abstract boolean isWaiting();

    /** How many requests have come completely, or a number that grows with them. */
    abstract long completeRequests();

    /** Closes it; {@link ConnectionBounds#closed} is called for its channel at the end. */
    abstract void close();

    /** Bytes were read or written. */
    final void use(long now) {
      lastUsed = now;
    }

    private boolean hasProgressed() {
      return requestsWhenUnfinished != completeRequests();
    }
  }

  /**
   * Counts a connection, unless its address has its share, and each of these connections is being
   * handled; closes the one of them that has waited longest for its client.
   */
  boolean tryAccept(Object channel, InetAddress peer) {
    var displaced = Optional.<Connection>empty();
    synchronized (this) {
      if (!shares.tryAcquire(peer)) {
        displaced = oldest(peer::equals);
        if (displaced.isEmpty()) {
          return false;
        }
        displaced.ifPresent(this::remove);
      }
      accepting.put(channel, peer);
    }
    displaced.ifPresent(Connection::close);
    return true;
  }

  /** Whether this address has less than its share. */
  boolean hasRoom(InetAddress peer) {
    return shares.hasRoom(peer);
  }

  /** How many are accepted and not yet open. */
  synchronized int accepting() {
    return accepting.size();
  }

  /** Whether there are more than there may be. */
  synchronized boolean isFull() {
    return accepting.size() + open.size() > maxConnections;
  }

  /** What had arrived at {@code time} has been read. */
  void setReadUntil(long time) {
    readUntil = time;
  }

  /**
   * Closes one if there are too many: of the address that has most or, once the selector {@code
   * hasRead} again and none of these may be closed, of any that has its share. Returns whether one
   * was closed.
   */
  boolean makeRoom(boolean hasRead) {
    var displaced = takeOldest(hasRead);
    displaced.ifPresent(Connection::close);
    return displaced.isPresent();
  }

  private synchronized Optional<Connection> takeOldest(boolean hasRead) {
    if (!isFull()) {
      return Optional.empty();
    }
    var oldest = oldest(havingMost(open.values()));
    if (oldest.isEmpty() && hasRead) {
      oldest = oldest(peer -> !shares.hasRoom(peer));
    }
    oldest.ifPresent(connection -> closed(connection.channel));
    return oldest;
  }

  /** The connection of such an address that has waited longest for its client. */
  private Optional<Connection> oldest(Predicate<InetAddress> ofPeer) {
    return open.values().stream()
        .filter(it -> ofPeer.test(it.peer) && it.isWaiting() && it.lastUsed - readUntil < 0)
        .min((one, other) -> Long.signum(one.lastUsed - other.lastUsed));
  }

  /** The addresses that have most of these connections. */
  private static Predicate<InetAddress> havingMost(Collection<Connection> connections) {
    var counts = connections.stream().collect(groupingBy(it -> it.peer, counting()));
    long most = counts.values().stream().mapToLong(it -> it).max().orElse(0);
    return peer -> counts.getOrDefault(peer, 0L) == most;
  }

  /** Waits for the end of a connection, and not for long: the caller looks again in any case. */
  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  synchronized void awaitChange() throws InterruptedException {
    wait(PAUSE_MILLIS);
  }

  /** What was accepted is read from now on. */
  synchronized void opened(Connection connection) {
    if (accepting.remove(connection.channel) != null) {
      open.put(connection.channel, connection);
    }
  }

  /** The connection has ended, or was not opened; calls after the first change nothing. */
  synchronized void closed(Object channel) {
    var peer = accepting.remove(channel);
    var connection = open.get(channel);
    if (connection != null) {
      remove(connection);
      peer = connection.peer;
    }
    if (peer != null) {
      shares.release(peer);
    }
    notifyAll();
  }

  private void remove(Connection connection) {
    open.remove(connection.channel);
    finish(connection);
  }

  private synchronized void finish(Connection connection) {
    unfinished.remove(connection);
    connection.deadline.cancel();
  }

  /** It waits for bytes, and has handled all that came, or {@code hasPart} of a request. */
  void handledAll(Connection connection, boolean hasPart) {
    long before = connection.requestsWhenIdle;
    if (!hasPart) {
      connection.requestsWhenIdle = connection.completeRequests();
    }
    if (hasPart || connection.requestsWhenIdle == before) {
      becomeUnfinished(connection);
    } else if (connection.isUnfinished) {
      connection.isUnfinished = false;
      finish(connection);
    }
  }

  /** It waits until its client sends the rest of a request, or reads the rest of a reply. */
  void becomeUnfinished(Connection connection) {
    if (!connection.isUnfinished || connection.hasProgressed()) {
      connection.requestsWhenUnfinished = connection.completeRequests();
      connection.isUnfinished = true;
      hold(connection).ifPresent(Connection::close);
    }
  }

  private synchronized Optional<Connection> hold(Connection connection) {
    if (!open.containsKey(connection.channel)) {
      return Optional.empty();
    }
    unfinished.addLast(connection);
    connection.deadline.cancel();
    connection.deadline = scheduler.schedule(DEADLINE, () -> closeIfUnfinished(connection));
    return unfinished.size() > maxUnfinished ? takeOldestUnfinished() : Optional.empty();
  }

  private Optional<Connection> takeOldestUnfinished() {
    unfinished.removeIf(Connection::hasProgressed);
    var mayLose = havingMost(unfinished);
    var oldest =
        unfinished.stream().filter(it -> it.isWaiting() && mayLose.test(it.peer)).findFirst();
    oldest.ifPresent(unfinished::remove);
    return oldest;
  }

  private void closeIfUnfinished(Connection connection) {
    synchronized (this) {
      if (connection.hasProgressed() || !unfinished.remove(connection)) {
        return;
      }
    }
    connection.close();
  }
}
