package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes connections on to a port of loopback. What comes back can be held up, so that all that the
 * client does before the barrier opens it does without an answer. Thread-safe.
 */
public final class Relay implements AutoCloseable {
  private final ServerSocket listener;
  private final int destination;
  private volatile CountDownLatch barrier = new CountDownLatch(0);
  private final AtomicInteger connections = new AtomicInteger();

  private Relay(ServerSocket listener, int destination) {
    this.listener = listener;
    this.destination = destination;
    Thread.startVirtualThread(this::accept);
  }

  /** Listens on a port of loopback. */
  public static Relay to(int destination) {
    return new Relay(
        listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), destination);
  }

  /** Listens on another address of this machine, on the same port. */
  public static Relay from(InetAddress address, int destination) {
    return new Relay(listen(new InetSocketAddress(address, destination)), destination);
  }

  private static ServerSocket listen(InetSocketAddress address) {
    try {
      return new ServerSocket(address.getPort(), 200, address.getAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return listener.getLocalPort();
  }

  /** {@code 127.0.0.1:PORT}, where it listens. */
  public String endpoint() {
    return "127.0.0.1:" + port();
  }

  /** How many connections it leads. */
  public int connections() {
    return connections.get();
  }

  /** Holds up what comes back from now on. */
  public void holdUp(CountDownLatch until) {
    barrier = until;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var near = listener.accept();
        Thread.startVirtualThread(() -> connect(near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket near) {
    try {
      var far = new Socket(InetAddress.getLoopbackAddress(), destination);
      connections.incrementAndGet();
      Thread.startVirtualThread(() -> carryThere(near, far));
      carryBack(far, near);
      connections.decrementAndGet();
    } catch (IOException refused) {
      reset(near);
    }
  }

  private static void carryThere(Socket near, Socket far) {
    try (far) {
      near.getInputStream().transferTo(far.getOutputStream());
    } catch (IOException gone) {
      reset(near);
    }
  }

  /** The end of the connection is held up as its bytes are, and passed on as the reset it was. */
  private void carryBack(Socket far, Socket near) {
    var buffer = new byte[8192];
    try (far) {
      int count = far.getInputStream().read(buffer);
      while (count >= 0) {
        awaitOpening();
        near.getOutputStream().write(buffer, 0, count);
        count = far.getInputStream().read(buffer);
      }
      awaitOpening();
      near.close();
    } catch (IOException reset) {
      awaitOpening();
      reset(near);
    }
  }

  private void awaitOpening() {
    try {
      barrier.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException closed) {
      assert socket.isClosed();
    }
  }

  @Override
  public void close() {
    barrier.countDown();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
