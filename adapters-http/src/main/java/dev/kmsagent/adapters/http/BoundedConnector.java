package dev.kmsagent.adapters.http;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.kmsagent.domain.FairShares;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A listener whose connections are bounded in number, in what they hold, and in time. At a bound it
 * closes the connection that has waited longest for its client, of the address that has the most
 * connections, and accepts the new one; it never closes a connection whose request is being
 * handled. An address that has its share of the connections displaces only its own, or is refused;
 * one that has less than its share loses none to others.
 *
 * <p>A connection is <em>unfinished</em> while its client has sent a part of a request's head, or
 * of a body that is read, or does not read a reply, or does not close its end. Each may hold a
 * whole head of {@link org.eclipse.jetty.server.HttpConfiguration#getRequestHeaderSize()}, so fewer
 * may be unfinished than may be idle. Requests that are complete when their bytes arrive, and
 * replies that the socket takes at once, make no connection unfinished and take no lock.
 */
final class BoundedConnector extends ServerConnector implements SelectorManager.AcceptListener {
  private static final int PAUSE_MILLIS = 10;

  private static final InetAddress IPV4_LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6_LOOPBACK = InetAddress.ofLiteral("::1");

  /** One for each address that is served. */
  private static final int MAX_ACCEPTORS = 2;

  /**
   * Connections that are accepted and not yet open; more wait in the kernel. The selector opens all
   * that are accepted before it reads again from those that are open. With fewer, new connections
   * wait while the threads of acceptor and selector take turns.
   */
  private static final int MAX_ACCEPTING = 64;

  /** How many free ports are tried, until one is free at both loopback addresses. */
  private static final int MAX_PORTS = 20;

  private final Bounds bounds;
  private final Optional<OtherLoopback> other;
  private final Object lock = new Object();

  /** A permit for each thread that accepts a connection. */
  private final Semaphore acceptors = new Semaphore(MAX_ACCEPTORS, true);

  /** A share for each connection of an address. */
  private final FairShares<InetAddress> shares;

  /** Accepted, and not yet open, by the address at the other end. */
  private final Map<SelectableChannel, InetAddress> accepting = new HashMap<>();

  private final Map<SelectableChannel, Client> open = new HashMap<>();

  /** In the order in which they became unfinished. */
  private final SequencedSet<Client> unfinished = new LinkedHashSet<>();

  /**
   * Until when the selector is known to have read all that had arrived. A client that was silent
   * then has nothing under way, even if the selector is slow.
   */
  private volatile long readUntil = NanoTime.now();

  /** The end of the pass of the selector that was begun for an address that has its share. */
  private volatile CountDownLatch endOfRead = new CountDownLatch(0);

  /**
   * The bounds of a listener.
   *
   * @param connections open at once
   * @param isOfMany whether room is kept for further addresses: one that is alone has half
   * @param unfinished connections that are unfinished at once
   * @param deadline for a request's head from its first byte, and for a client to read a reply
   * @param longestWait of an accepted connection for a place while every other is being handled,
   *     and for the selector
   */
  record Bounds(
      int connections, boolean isOfMany, int unfinished, Duration deadline, Duration longestWait) {}

  /** Opens no port yet. Connections of the {@code other} address count towards the same bounds. */
  BoundedConnector(
      Server server, HttpConnectionFactory factory, Bounds bounds, Optional<OtherLoopback> other) {
    super(
        server, other.filter(OtherLoopback::isServed).isPresent() ? MAX_ACCEPTORS : 1, 1, factory);
    this.bounds = bounds;
    this.other = other;
    // A connection that waits for a place has a share, too.
    int most = bounds.connections() + MAX_ACCEPTORS;
    shares = bounds.isOfMany() ? FairShares.ofMany(most) : FairShares.ofOne(most);
    var _ = getSelectorManager().addEventListener(this);
  }

  /** Opens both addresses, or none. */
  @Override
  protected ServerSocketChannel openAcceptChannel() throws IOException {
    for (int ports = 1; ; ports++) {
      var address = new InetSocketAddress(getHost(), getPort());
      var first = ExclusivePort.listen(address, getAcceptQueueSize());
      try {
        openOther(first.socket().getLocalPort());
        return first;
      } catch (IOException taken) {
        IO.close(first);
        if (getPort() != 0 || ports == MAX_PORTS) {
          throw taken;
        }
      }
    }
  }

  private void openOther(int port) throws IOException {
    if (other.isPresent()) {
      other.get().open(port, getAcceptQueueSize());
    }
  }

  /**
   * No connection is accepted when this returns: the kernel goes on connecting clients until the
   * threads that wait for them have left it. A client whose connection is closed after that finds
   * no listener, rather than one that resets its next connection, too. Those that were accepted are
   * open then, so that a shutdown waits for them.
   */
  @Override
  public void close() {
    super.close();
    other.ifPresent(OtherLoopback::close);
    acceptors.acquireUninterruptibly(MAX_ACCEPTORS);
    acceptors.release(MAX_ACCEPTORS);
    try {
      awaitOpen();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitOpen() throws InterruptedException {
    long begin = NanoTime.now();
    synchronized (lock) {
      while (!accepting.isEmpty() && NanoTime.millisSince(begin) < longestWaitMillis()) {
        lock.wait(PAUSE_MILLIS);
      }
    }
  }

  /** Whether the next reply is the last of its connection. No connection is accepted then. */
  boolean isShuttingDown() {
    return super.isShutdown();
  }

  /**
   * Never, as far as Jetty knows: it would also end a connection after a reply that had not said
   * so, and the client may have sent another request by then.
   */
  @Override
  public boolean isShutdown() {
    return false;
  }

  /** Jetty's first acceptor is for its own address. */
  @Override
  public void accept(int acceptor) throws IOException {
    acceptors.acquireUninterruptibly();
    try {
      if (acceptor != 0) {
        admit(other.orElseThrow().accept());
      } else if (getTransport() instanceof ServerSocketChannel own && own.isOpen()) {
        admit(own.accept());
      }
    } finally {
      acceptors.release();
    }
  }

  /** Nothing waits for a connection that is refused, not even the selector. */
  private void admit(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    configure(channel.socket());
    if (acquireShare(channel)) {
      getSelectorManager().accept(channel);
    } else {
      IO.close(channel);
    }
  }

  private boolean acquireShare(SocketChannel channel) {
    var peer = peer(channel);
    boolean hasShare = shares.tryAcquire(peer) || takeShareOfOldest(peer);
    if (hasShare) {
      synchronized (lock) {
        accepting.put(channel, peer);
      }
    }
    if (!shares.hasRoom(peer) && endOfRead.getCount() == 0) {
      endOfRead = read();
    }
    return hasShare;
  }

  /** Closes the oldest connection of an address, but does not release its share. */
  private boolean takeShareOfOldest(InetAddress peer) {
    Optional<Client> oldest;
    synchronized (lock) {
      oldest = oldest(peer::equals);
      oldest.ifPresent(client -> open.remove(client.getChannel()));
      oldest.ifPresent(this::release);
    }
    oldest.ifPresent(EndPoint::close);
    return oldest.isPresent();
  }

  /** The address at the other end, which every pod has for itself; loopback is one. */
  private static InetAddress peer(SocketChannel channel) {
    var peer = channel.socket().getInetAddress();
    return peer == null || peer.equals(IPV6_LOOPBACK) ? IPV4_LOOPBACK : peer;
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) {
    var client = new Client(channel, selector, key);
    client.setIdleTimeout(getIdleTimeout());
    return client;
  }

  /** Runs on an acceptor's thread, which may wait: the kernel then queues connections. */
  @Override
  public void onAccepting(SelectableChannel channel) {
    boolean isAhead;
    synchronized (lock) {
      isAhead = accepting.size() >= MAX_ACCEPTING;
    }
    try {
      if (isAhead && isOpen()) {
        awaitSelector();
      }
      makeRoom();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
    if (isFull()) {
      IO.close(channel);
    }
  }

  /** Closes the connection that has waited longest; waits for a while if none may be closed. */
  private void makeRoom() throws InterruptedException {
    long begin = NanoTime.now();
    boolean hasRead = false;
    while (isOpen() && isFull() && NanoTime.millisSince(begin) < longestWaitMillis()) {
      var oldest = takeOldest(hasRead);
      oldest.ifPresent(EndPoint::close);
      if (oldest.isEmpty()) {
        awaitSelector();
        hasRead = true;
        synchronized (lock) {
          lock.wait(PAUSE_MILLIS);
        }
      }
    }
  }

  private long longestWaitMillis() {
    return bounds.longestWait().toMillis();
  }

  private boolean isFull() {
    synchronized (lock) {
      return accepting.size() + open.size() > bounds.connections();
    }
  }

  private void awaitSelector() throws InterruptedException {
    var _ = read().await(longestWaitMillis(), TimeUnit.MILLISECONDS);
  }

  /** Counts down when the selector has read whatever had arrived when this was called. */
  private CountDownLatch read() {
    long begun = NanoTime.now();
    var selector = getSelectorManager().getBean(ManagedSelector.class);
    var end = new CountDownLatch(1);
    ManagedSelector.SelectorUpdate whenRead =
        _ -> {
          readUntil = begun;
          end.countDown();
        };
    selector.submit(_ -> selector.submit(whenRead));
    return end;
  }

  @Override
  public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
    onClosed(channel);
  }

  @Override
  public void onClosed(SelectableChannel channel) {
    synchronized (lock) {
      var peer = accepting.remove(channel);
      var client = open.remove(channel);
      if (client != null) {
        release(client);
        peer = client.peer;
      }
      if (peer != null) {
        shares.release(peer);
      }
      lock.notifyAll();
    }
  }

  @Override
  protected void onEndPointOpened(EndPoint endPoint) {
    super.onEndPointOpened(endPoint);
    var client = (Client) endPoint;
    synchronized (lock) {
      if (accepting.remove(client.getChannel()) != null) {
        open.put(client.getChannel(), client);
      }
    }
  }

  /**
   * Removes a connection if there are too many: of the address that has most or, once the selector
   * has read again and none of these may be closed, of any that has its share.
   */
  private Optional<Client> takeOldest(boolean hasRead) {
    synchronized (lock) {
      if (!isFull()) {
        return Optional.empty();
      }
      var counts = countByPeer(open.values());
      long most = counts.values().stream().mapToLong(it -> it).max().orElse(0);
      var oldest = oldest(peer -> counts.getOrDefault(peer, 0L) == most);
      if (oldest.isEmpty() && hasRead) {
        oldest = oldest(peer -> !shares.hasRoom(peer));
      }
      oldest.ifPresent(client -> onClosed(client.getChannel()));
      return oldest;
    }
  }

  /** The connection of such an address that has waited longest for its client. */
  private Optional<Client> oldest(Predicate<InetAddress> ofPeer) {
    return open.values().stream()
        .filter(client -> ofPeer.test(client.peer) && client.isWaitingSince(readUntil))
        .min((one, other) -> Long.signum(one.lastUsed - other.lastUsed));
  }

  private static Map<InetAddress, Long> countByPeer(Collection<Client> clients) {
    return clients.stream().collect(groupingBy(client -> client.peer, counting()));
  }

  private void hold(Client client) {
    Optional<Client> oldest;
    synchronized (lock) {
      if (!open.containsKey(client.getChannel())) {
        return;
      }
      unfinished.addLast(client);
      client.deadline.cancel();
      client.deadline =
          getScheduler()
              .schedule(
                  () -> closeIfUnfinished(client),
                  bounds.deadline().toMillis(),
                  TimeUnit.MILLISECONDS);
      oldest = unfinished.size() > bounds.unfinished() ? takeOldestUnfinished() : Optional.empty();
    }
    oldest.ifPresent(EndPoint::close);
  }

  private void release(Client client) {
    synchronized (lock) {
      unfinished.remove(client);
      client.deadline.cancel();
    }
  }

  /** The first of the address that has most of them, so that it cannot displace those of others. */
  private Optional<Client> takeOldestUnfinished() {
    unfinished.removeIf(Client::hasProgressed);
    var counts = countByPeer(unfinished);
    var oldest =
        unfinished.stream()
            .filter(Client::isWaiting)
            .max(Comparator.comparing(client -> counts.getOrDefault(client.peer, 0L)));
    oldest.ifPresent(unfinished::remove);
    return oldest;
  }

  /** A client that has gone on meanwhile stays, although its timer could not be cancelled. */
  private void closeIfUnfinished(Client client) {
    synchronized (lock) {
      if (client.hasProgressed() || !unfinished.remove(client)) {
        return;
      }
    }
    client.close();
  }

  /** The agent's end of a connection. */
  private final class Client extends SocketChannelEndPoint {
    private final InetAddress peer;

    /** Complete requests when the connection last began to wait for bytes. */
    private long requestsWhenIdle = -1;

    /** When bytes were last read or written. */
    private volatile long lastUsed = NanoTime.now();

    private volatile boolean isUnfinished;
    private volatile long requestsWhenUnfinished;

    /** Ends the connection if it stays unfinished. */
    private Scheduler.Task deadline = () -> false;

    Client(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
      super(channel, selector, key, BoundedConnector.this.getScheduler());
      peer = peer(channel);
    }

    @Override
    public void notIdle() {
      lastUsed = NanoTime.now();
      super.notIdle();
    }

    /**
     * A connection is not idle while its request is handled or its reply is written: Jetty would
     * fail a write that is under way.
     */
    @Override
    protected void onIdleExpired(TimeoutException timeout) {
      if (isWaiting()) {
        super.onIdleExpired(timeout);
      }
    }

    /** Called whenever the connection has handled what it had, and waits for more bytes. */
    @Override
    public void fillInterested(Callback callback) {
      long before = requestsWhenIdle;
      requestsWhenIdle = completeRequests();
      if (hasPartOfHead() || requestsWhenIdle == before) {
        becomeUnfinished();
      } else if (isUnfinished) {
        isUnfinished = false;
        release(this);
      }
      super.fillInterested(callback);
    }

    /** Called whenever more of a body is waited for, after which the connection is closed. */
    @Override
    public boolean tryFillInterested(Callback callback) {
      becomeUnfinished();
      return super.tryFillInterested(callback);
    }

    private boolean hasPartOfHead() {
      return getConnection() instanceof HttpConnection http && !http.getParser().isStart();
    }

    @Override
    protected void onIncompleteFlush() {
      becomeUnfinished();
      super.onIncompleteFlush();
    }

    /** Further bytes of the same head, or the next part of the same reply, change nothing. */
    private void becomeUnfinished() {
      if (!isUnfinished || hasProgressed()) {
        requestsWhenUnfinished = completeRequests();
        isUnfinished = true;
        hold(this);
      }
    }

    /** Whether a request was completed since it became unfinished. */
    boolean hasProgressed() {
      return requestsWhenUnfinished != completeRequests();
    }

    private long completeRequests() {
      return getConnection().getMessagesIn();
    }

    /** Whether it can go on only after its client does something. */
    boolean isWaiting() {
      return isFillInterested() || getWriteFlusher().isPending();
    }

    boolean isWaitingSince(long nanos) {
      return isWaiting() && NanoTime.isBefore(lastUsed, nanos);
    }
  }
}
