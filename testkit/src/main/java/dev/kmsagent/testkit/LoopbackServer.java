package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server on a free port of loopback that serves each connection on a thread of its own as the
 * test wants, and closes it then. Thread-safe.
 */
public final class LoopbackServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final Service service;

  /** What is done with a connection. */
  @FunctionalInterface
  public interface Service {
    /**
     * Serves a client to the end of its connection.
     *
     * @throws IOException when the client has had enough, or the server is closed
     */
    void serve(Socket client) throws IOException;
  }

  public LoopbackServer(Service service) {
    this.service = service;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().name("loopback-server").start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The open connections. */
  public int connections() {
    return connections.size();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        connections.add(client);
        Thread.ofVirtual().name("loopback-connection").start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (var client = connection) {
      service.serve(client);
    } catch (IOException _) {
      // The client has closed the connection, or the server was closed.
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (var connection : connections) {
        connection.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
