package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadFactory;
import javax.net.ServerSocketFactory;

/**
 * Listens on one address; can be stopped and started again there, and refuses connections in the
 * meantime. Safe for many threads.
 */
public final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final ServerSocketFactory sockets;
  private final InetSocketAddress address;
  private final ThreadFactory threads;
  private final HttpHandler handler;
  private State state;

  private HttpListener(
      ServerSocketFactory sockets, ServerSocket first, ThreadFactory threads, HttpHandler handler) {
    this.sockets = sockets;
    this.address = (InetSocketAddress) first.getLocalSocketAddress();
    this.threads = threads;
    this.handler = handler;
    this.state = new State.Listening(Acceptor.on(first, handler, threads));
  }

  /** What a listener is doing. */
  private sealed interface State {
    record Listening(Acceptor acceptor) implements State {}

    record Stopped(ReservedPort keeper) implements State {}

    record Closed() implements State {}
  }

  /**
   * Listens on an address, on any free port for 0, on threads of this factory.
   *
   * @throws IOException when the address cannot be had
   */
  public static HttpListener open(
      ServerSocketFactory sockets,
      InetSocketAddress address,
      ThreadFactory threads,
      HttpHandler handler)
      throws IOException {
    return new HttpListener(sockets, listen(sockets, address), threads, handler);
  }

  private static ServerSocket listen(ServerSocketFactory sockets, InetSocketAddress address)
      throws IOException {
    return sockets.createServerSocket(address.getPort(), BACKLOG, address.getAddress());
  }

  /** The port that it listens on, or will again. */
  public int port() {
    return address.getPort();
  }

  /** The address that it listens on as {@code HOST:PORT}. */
  public String endpoint() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /** Ends every connection and refuses new ones, until it is started; stopped, it stays so. */
  public synchronized void stop() throws IOException {
    if (state instanceof State.Listening(var acceptor)) {
      acceptor.close();
      state = new State.Stopped(ReservedPort.of(address));
    }
  }

  /** Listens again where it did; listening, it goes on. */
  public synchronized void start() throws IOException {
    if (state instanceof State.Stopped(var keeper)) {
      keeper.release();
      state = new State.Listening(Acceptor.on(listen(sockets, address), handler, threads));
    }
  }

  /** Returns when the port is free; interrupted, it returns at once and keeps the interrupt. */
  @Override
  public synchronized void close() throws IOException {
    switch (state) {
      case State.Listening(var acceptor) -> acceptor.close();
      case State.Stopped(var keeper) -> keeper.release();
      case State.Closed() -> {}
    }
    state = new State.Closed();
  }
}
