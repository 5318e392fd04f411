package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

/**
 * Accepts connections on one address and serves each on a thread of its own. Closing it ends every
 * connection, also one in the midst of a reply.
 */
final class Acceptor {
  private final ServerSocket server;
  private final HttpHandler handler;
  private final ThreadFactory threads;
  private final Thread thread;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);

  private Acceptor(ServerSocket server, HttpHandler handler, ThreadFactory threads) {
    this.server = server;
    this.handler = handler;
    this.threads = threads;
    this.thread = threads.newThread(this::acceptAll);
  }

  /** Starts to accept what comes to a socket that listens. */
  static Acceptor on(ServerSocket server, HttpHandler handler, ThreadFactory threads) {
    var acceptor = new Acceptor(server, handler, threads);
    acceptor.thread.start();
    return acceptor;
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
  void close() throws IOException {
    closing.countDown();
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
