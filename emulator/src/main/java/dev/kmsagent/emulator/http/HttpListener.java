package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

/**
 * Listens on one endpoint. It can be stopped, so that connections are refused, and started again on
 * the same port. Safe for many threads.
 */
public final class HttpListener implements AutoCloseable {
  private final SocketEndpoint endpoint;
  private final Function<ServerSocket, Acceptor> acceptors;
  private State state;

  private HttpListener(
      SocketEndpoint endpoint, ServerSocket first, Function<ServerSocket, Acceptor> acceptors) {
    this.endpoint = endpoint;
    this.acceptors = acceptors;
    this.state = new State.Listening(acceptors.apply(first));
  }

  /** What a listener is doing. */
  private sealed interface State {
    record Listening(Acceptor acceptor) implements State {}

    record Stopped(ReservedPort port) implements State {}

    record Closed() implements State {}
  }

  /**
   * Listens on an endpoint with threads of this factory, by this time.
   *
   * @throws IOException when the address is not available
   */
  public static HttpListener open(
      SocketEndpoint endpoint, ThreadFactory threads, EmulatorTime time, HttpHandler handler)
      throws IOException {
    ServerSocket first = endpoint.listen();
    return new HttpListener(
        endpoint.boundTo(first),
        first,
        socket -> new Acceptor(socket, threads, time, handler).start());
  }

  /** The port that it listens on, also while it is stopped. */
  public int port() {
    return endpoint.address().getPort();
  }

  /** Whether it is neither stopped nor closed. */
  public synchronized boolean isListening() {
    return state instanceof State.Listening;
  }

  /** The address that it listens on as {@code HOST:PORT}. */
  public String hostAndPort() {
    return endpoint.hostAndPort();
  }

  /** Ends every connection and refuses new ones until the start; no effect when it is stopped. */
  public synchronized void stop() throws IOException {
    if (state instanceof State.Listening(var acceptor)) {
      acceptor.close();
      state = new State.Stopped(ReservedPort.reserve(endpoint.address()));
    }
  }

  /** Listens again on the same port; no effect when it is listening or closed. */
  public synchronized void start() throws IOException {
    if (state instanceof State.Stopped(var port)) {
      port.release();
      state = new State.Listening(acceptors.apply(endpoint.listen()));
    }
  }

  /** Returns when the port is free; interrupted, it returns at once and keeps the interrupt. */
  @Override
  public synchronized void close() throws IOException {
    switch (state) {
      case State.Listening(var acceptor) -> acceptor.close();
      case State.Stopped(var port) -> port.release();
      case State.Closed() -> {}
    }
    state = new State.Closed();
  }
}
