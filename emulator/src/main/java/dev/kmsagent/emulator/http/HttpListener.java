package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import javax.net.ServerSocketFactory;

/**
 * Accepts connections on the loopback address and serves each on a thread of its own. Closing it
 * ends every connection, also one in the midst of a reply.
 */
public final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final ServerSocket server;
  private final HttpHandler handler;
  private final ThreadFactory threads;
  private final Thread acceptor;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);

  private HttpListener(ServerSocket server, HttpHandler handler, ThreadFactory threads) {
    this.server = server;
    this.handler = handler;
    this.threads = threads;
    this.acceptor = threads.newThread(this::acceptAll);
  }

  /**
   * Listens on a port of 127.0.0.1, any free one for 0, on threads of this factory.
   *
   * @throws IOException when the port cannot be had
   */
  public static HttpListener open(
      ServerSocketFactory sockets, int port, ThreadFactory threads, HttpHandler handler)
      throws IOException {
    var loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    var listener =
        new HttpListener(sockets.createServerSocket(port, BACKLOG, loopback), handler, threads);
    listener.acceptor.start();
    return listener;
  }

  /** The port that it listens on. */
  public int port() {
    return server.getLocalPort();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        admit(server.accept());
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void admit(Socket socket) throws IOException {
    open.add(socket);
    if (server.isClosed()) {
      socket.close();
    }
    threads.newThread(() -> serve(socket)).start();
  }

  private void serve(Socket socket) {
    try {
      new Connection(socket, handler, closing).serve();
    } catch (IOException _) {
      // The client is gone or the listener closes: the socket is closed and nobody is left to tell.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  /** Returns when the port is free; interrupted, it returns at once and keeps the interrupt. */
  @Override
  public void close() throws IOException {
    closing.countDown();
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    try {
      acceptor.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
