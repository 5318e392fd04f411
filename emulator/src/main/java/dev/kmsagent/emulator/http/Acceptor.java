package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/**
 * Accepts connections on one socket and serves each on its own thread. Closing it ends every
 * connection, also in the middle of a reply.
 */
final class Acceptor {
  private final ServerSocket server;
  private final ThreadFactory threads;
  private final EmulatorTime time;
  private final HttpHandler handler;
  private final Thread thread;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<?> closing = new CompletableFuture<>();

  /** Accepts on a listening socket, once it is started. */
  Acceptor(ServerSocket server, ThreadFactory threads, EmulatorTime time, HttpHandler handler) {
    this.server = server;
    this.threads = threads;
    this.time = time;
    this.handler = handler;
    this.thread = threads.newThread(this::acceptAll);
  }

  Acceptor start() {
    thread.start();
    return this;
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        accept(server.accept());
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void accept(Socket socket) throws IOException {
    open.add(socket);
    if (server.isClosed()) {
      socket.close();
    }
    threads.newThread(() -> serve(socket)).start();
  }

  private void serve(Socket socket) {
    try (socket) {
      new HttpConnection(socket, handler, time, closing).serve();
    } catch (IOException _) {
      // The client is gone or the listener closes: the socket is closed and nobody is left to tell.
    } finally {
      open.remove(socket);
    }
  }

  /** Returns when the port is free; interrupted, it returns at once and keeps the interrupt. */
  void close() throws IOException {
    var _ = closing.complete(null);
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
