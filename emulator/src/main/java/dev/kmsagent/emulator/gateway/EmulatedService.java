package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpListener;
import java.io.IOException;

/** One emulated service: its listener, its faults and its calls. Safe for many threads. */
public final class EmulatedService {
  private final HttpListener listener;
  private final FaultingDispatcher dispatcher;

  /** The service of this listener and this dispatcher. */
  public EmulatedService(HttpListener listener, FaultingDispatcher dispatcher) {
    this.listener = listener;
    this.dispatcher = dispatcher;
  }

  /** What answers its calls. */
  public FaultingDispatcher dispatcher() {
    return dispatcher;
  }

  /** The port that it listens on. */
  public int port() {
    return listener.port();
  }

  /** {@code 127.0.0.1:PORT}, the form that SDKs take as an endpoint. */
  public String endpoint() {
    return listener.hostAndPort();
  }

  /** The faults in force. */
  public ActiveFaults faults() {
    return dispatcher.faults();
  }

  /** The calls so far. */
  public CallLog calls() {
    return dispatcher.calls();
  }

  /** Ends every connection and refuses new ones until the start. */
  public void stop() throws IOException {
    listener.stop();
  }

  /** Listens again on the same port. */
  public void start() throws IOException {
    listener.start();
  }
}
