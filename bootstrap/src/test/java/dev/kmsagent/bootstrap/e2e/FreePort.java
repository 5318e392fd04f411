package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

/** A port for what cannot be told to take any: free a moment ago, and so most likely now. */
final class FreePort {
  private FreePort() {}

  static int any() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
