package dev.kmsagent.adapters.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.NanoTime;

/**
 * A listener whose connections are bounded by {@link ConnectionBounds}. This class tells them what
 * Jetty does with connections, and waits on the threads of its acceptors until there is room.
 *
 * <p>It relies on the following behavior of Jetty {@value #JETTY}, most of which Jetty does not
 * document. A test fails with another version: then read these methods again.
 *
 * <ul>
 *   <li>An acceptor's thread calls {@link #accept} in a loop, with its number, until a shutdown.
 *       The loop does not ask {@link #isShutdown}, which {@link HttpConnection} asks when it begins
 *       a reply, and at its end.
 *   <li>A shutdown and a stop call {@link #close} first, while the selector runs.
 *   <li>After {@link SelectorManager#accept}, {@link #onEndPointOpened} is called before a
 *       connection is read, and {@link #onClosed} at its end. If it cannot be opened, {@link
 *       #onAcceptFailed} is called, possibly after {@link #onEndPointOpened}.
 *   <li>The selector's thread runs an update of {@link ManagedSelector#submit} before it selects;
 *       one that is submitted by an update, after it has handled all that it selected then.
 *   <li>{@link SocketChannelEndPoint} calls {@code notIdle} after each byte that it has read or
 *       written, and {@code onIncompleteFlush} when the socket has not taken a whole write. Its
 *       {@code isFillInterested} and {@code getWriteFlusher().isPending()} take no lock.
 *   <li>{@link HttpConnection}, of a package that is internal, calls {@code fillInterested} when it
 *       has handled all bytes that came, and {@code tryFillInterested} when it waits for more of a
 *       body. Its {@code getMessagesIn} grows at the end of a request's head, and its parser {@code
 *       isStart} until the next head begins. {@link SerialHttpConnection} and {@link TlsConnection}
 *       say what they rely on.
 * </ul>
 */
final class BoundedConnector extends ServerConnector implements SelectorManager.AcceptListener {
  /** The version that this class and {@link SerialHttpConnection} were written for. */
  static final String JETTY = "12.1.12";

  private static final InetAddress IPV4_LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6_LOOPBACK = InetAddress.ofLiteral("::1");

  /**
   * Connections that are accepted and not yet open; more wait in the kernel. The selector opens all
   * that are accepted before it reads again from those that are open. With fewer, new connections
   * wait while the threads of acceptor and selector take turns.
   */
  private static final int MAX_ACCEPTING = 64;

  /** How many free ports are tried, until one is free at both loopback addresses. */
  private static final int MAX_PORTS = 20;

  private final ConnectionBounds connections;
  private final Duration longestWait;
  private final Optional<OtherLoopback> other;

  /** A permit for each thread that accepts a connection. */
  private final Semaphore acceptors = new Semaphore(ConnectionBounds.MAX_ACCEPTORS, true);

  /** The end of the pass of the selector that was begun for an address that has its share. */
  private volatile CountDownLatch endOfPass = new CountDownLatch(0);

  /**
   * Opens no port yet.
   *
   * @param connections bounds, also for connections of the {@code other} address
   * @param longestWait of an accepted connection for a place while every other is being handled,
   *     and for the selector
   * @param factories of the protocols; the first one begins each connection
   */
  BoundedConnector(
      Server server,
      ConnectionBounds connections,
      Duration longestWait,
      Optional<OtherLoopback> other,
      ConnectionFactory... factories) {
    super(
        server,
        other.filter(OtherLoopback::isServed).isPresent() ? ConnectionBounds.MAX_ACCEPTORS : 1,
        1,
        factories);
    this.connections = connections;
    this.longestWait = longestWait;
    this.other = other;
    connections.setReadUntil(NanoTime.now());
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
    acceptors.acquireUninterruptibly(ConnectionBounds.MAX_ACCEPTORS);
    acceptors.release(ConnectionBounds.MAX_ACCEPTORS);
    long begin = NanoTime.now();
    try {
      while (connections.accepting() > 0 && isBeforeLongestWait(begin)) {
        connections.awaitChange();
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isBeforeLongestWait(long begin) {
    return NanoTime.millisSince(begin) < longestWait.toMillis();
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

  private void admit(SocketChannel channel) throws IOException {
    boolean isPlaced = false;
    try {
      channel.configureBlocking(false);
      configure(channel.socket());
      isPlaced = tryAccept(channel) && awaitPlace();
    } finally {
      if (!isPlaced) {
        IO.close(channel);
        connections.closed(channel);
      }
    }
    if (isPlaced) {
      getSelectorManager().accept(channel);
    }
  }

  /**
   * Does not wait: an address that has its share must not delay others. For its next connection, a
   * pass of the selector begins that shows which of its connections are idle.
   */
  private boolean tryAccept(SocketChannel channel) {
    var peer = peer(channel);
    boolean isAccepted = connections.tryAccept(channel, peer);
    if (!connections.hasRoom(peer) && endOfPass.getCount() == 0) {
      endOfPass = beginPass();
    }
    return isAccepted;
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

  /** Waits for a place, and tells whether there is one; the kernel queues further connections. */
  private boolean awaitPlace() {
    try {
      if (connections.accepting() >= MAX_ACCEPTING && isOpen()) {
        awaitSelector();
      }
      makeRoom();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
    return !connections.isFull();
  }

  /** Closes the connection that has waited longest; waits for a while if none may be closed. */
  private void makeRoom() throws InterruptedException {
    long begin = NanoTime.now();
    boolean hasRead = false;
    while (isOpen() && connections.isFull() && isBeforeLongestWait(begin)) {
      if (!connections.makeRoom(hasRead)) {
        awaitSelector();
        hasRead = true;
        connections.awaitChange();
      }
    }
  }

  private void awaitSelector() throws InterruptedException {
    var _ = beginPass().await(longestWait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Begins a pass of the selector; counts down when all that had arrived before has been read. */
  CountDownLatch beginPass() {
    long begun = NanoTime.now();
    var selector = getSelectorManager().getBean(ManagedSelector.class);
    var end = new CountDownLatch(1);
    ManagedSelector.SelectorUpdate whenRead =
        _ -> {
          connections.setReadUntil(begun);
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
    connections.closed(channel);
  }

  @Override
  protected void onEndPointOpened(EndPoint endPoint) {
    super.onEndPointOpened(endPoint);
    connections.opened(((Client) endPoint).connection);
  }

  /** The agent's end of a connection. */
  private final class Client extends SocketChannelEndPoint {
    private final ConnectionBounds.Connection connection;

    Client(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
      super(channel, selector, key, BoundedConnector.this.getScheduler());
      connection =
          new ConnectionBounds.Connection(channel, peer(channel), NanoTime.now()) {
            @Override
            boolean isWaiting() {
              return isFillInterested() || getWriteFlusher().isPending();
            }

            @Override
            long completeRequests() {
              return getConnection().getMessagesIn();
            }

            @Override
            void close() {
              Client.this.close();
            }
          };
    }

    @Override
    public void notIdle() {
      connection.use(NanoTime.now());
      super.notIdle();
    }

    /**
     * A connection is not idle while its request is handled or its reply is written: Jetty would
     * fail a write that is under way.
     */
    @Override
    protected void onIdleExpired(TimeoutException timeout) {
      if (connection.isWaiting()) {
        super.onIdleExpired(timeout);
      }
    }

    @Override
    public void fillInterested(Callback callback) {
      connections.handledAll(connection, hasPart(getConnection()));
      super.fillInterested(callback);
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
      connections.handledAll(connection, hasPart(getConnection()));
      return super.tryFillInterested(callback);
    }

    /** Whether a part has come of a request, or of what precedes the first one. */
    private static boolean hasPart(Connection protocol) {
      return protocol instanceof HttpConnection http
          ? !http.getParser().isStart()
          : protocol instanceof TlsConnection tls
              && (tls.isShakingHands() || hasPart(tls.getSslEndPoint().getConnection()));
    }

    @Override
    protected void onIncompleteFlush() {
      connections.becomeUnfinished(connection);
      super.onIncompleteFlush();
    }
  }
}
