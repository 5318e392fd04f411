package dev.kmsagent.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Passes connections at one address of this machine on to the same port of loopback. */
final class Doorway implements AutoCloseable {
  private final int port;
  private @Nullable ServerSocket door;

  Doorway(int port) {
    this.port = port;
  }

  void open(String address) throws IOException {
    var opened = new ServerSocket(port, 50, InetAddress.getByName(address));
    door = opened;
    Thread.startVirtualThread(() -> letIn(opened));
  }

  private void letIn(ServerSocket opened) {
    while (!opened.isClosed()) {
      try {
        var outside = opened.accept();
        var inside = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.startVirtualThread(() -> pass(outside, inside));
        Thread.startVirtualThread(() -> pass(inside, outside));
      } catch (IOException e) {
        if (!opened.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Until one of the two ends: then both do. */
  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      var _ = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // The client of the emulator sees the same.
    }
  }

  @Override
  public void close() throws IOException {
    if (door != null) {
      door.close();
    }
  }
}
