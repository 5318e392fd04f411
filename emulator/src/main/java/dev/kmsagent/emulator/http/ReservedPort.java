package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * An address that is bound and not listened on: connections to it are refused, and nobody who asks
 * for any free port gets it.
 */
final class ReservedPort {
  private static final int ATTEMPTS = 500;
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final Socket socket;

  private ReservedPort(Socket socket) {
    this.socket = socket;
  }

  /**
   * Reserves the address of a listener that was closed; when this returns, nobody listens there. A
   * process that is being started holds a copy of every socket for a moment, so the address may be
   * in use for as long.
   */
  static ReservedPort reserve(InetSocketAddress address) throws IOException {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        return bind(address);
      } catch (BindException _) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    return bind(address);
  }

  private static ReservedPort bind(InetSocketAddress address) throws IOException {
    var socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.bind(address);
      return new ReservedPort(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void release() throws IOException {
    socket.close();
  }
}
