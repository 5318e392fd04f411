package dev.kmsagent.adapters.kms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** A server whose answers begin with a text and then repeat another, until the client gives up. */
final class EndlessServer implements AutoCloseable {
  private final ServerSocket socket;
  private final byte[] begin;
  private final byte[] rest;
  private final AtomicLong sent = new AtomicLong();

  EndlessServer(String begin, String rest) throws IOException {
    this.begin = begin.getBytes(StandardCharsets.US_ASCII);
    this.rest = rest.repeat(Math.ceilDiv(8192, rest.length())).getBytes(StandardCharsets.US_ASCII);
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The bytes that were taken from it, those in the buffers of the system included. */
  long sent() {
    return sent.get();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        var client = socket.accept();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void answer(Socket client) {
    try (client) {
      var _ = client.getInputStream().read(new byte[8192]);
      client.getOutputStream().write(begin);
      while (!socket.isClosed()) {
        client.getOutputStream().write(rest);
        sent.addAndGet(rest.length);
      }
    } catch (IOException _) {
      // The client has closed the connection, which is what the tests wait for.
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
