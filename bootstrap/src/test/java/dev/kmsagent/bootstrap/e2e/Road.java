package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/**
 * The way from an agent to a service of the cloud, on which answers can be held up: what the agent
 * does before the barrier opens, it does without an answer.
 */
final class Road implements AutoCloseable {
  private final ServerSocket listener;
  private volatile int destination;
  private volatile CountDownLatch barrier = new CountDownLatch(0);

  /** Leads to this port of the loopback, and is open. */
  Road(int destination) {
    this.destination = destination;
    try {
      listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  /** {@code 127.0.0.1:PORT}, where the road begins. */
  String endpoint() {
    return "127.0.0.1:" + port();
  }

  /** The port where the road begins. */
  int port() {
    return listener.getLocalPort();
  }

  /** Leads to another port whoever sets out from now on. */
  void leadTo(int other) {
    destination = other;
  }

  /** Holds up what comes back from now on. */
  void close(CountDownLatch until) {
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
      Thread.startVirtualThread(() -> carryThere(near, far));
      carryBack(far, near);
    } catch (IOException nobodyThere) {
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
