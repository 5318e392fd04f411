package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpListener;
import java.io.IOException;

/**
 * One service of the emulated cloud: where it listens, what goes wrong there, and what it was
 * asked. Safe for many threads.
 */
public final class EmulatedService implements AutoCloseable {
  private final HttpListener listener;
  private final FaultingDispatcher desk;

  /** The service behind this listener and this desk. */
  public EmulatedService(HttpListener listener, FaultingDispatcher desk) {
    this.listener = listener;
    this.desk = desk;
  }

  /** Where its calls arrive. */
  public FaultingDispatcher desk() {
    return desk;
  }

  /** The port it listens on. */
  public int port() {
    return listener.port();
  }

  /** {@code 127.0.0.1:PORT}, the form that SDKs take as an endpoint. */
  public String endpoint() {
    return listener.endpoint();
  }

  /** The faults that its answers meet. */
  public ActiveFaults faults() {
    return desk.faults();
  }

  /** The calls it got. */
  public CallLog calls() {
    return desk.calls();
  }

  /** Ends every connection and refuses new ones until the start. */
  public void stop() throws IOException {
    listener.stop();
  }

  /** Listens again on the same port. */
  public void start() throws IOException {
    listener.start();
  }

  /** Ends every connection and frees the port. */
  @Override
  public void close() throws IOException {
    listener.close();
  }
}
