package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;

/** A socket to send bytes that no HTTP client would send. */
final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;

  private RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
  }

  static RawConnection to(int port) throws IOException {
    return new RawConnection(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  void send(String octets) throws IOException {
    socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The next line of the answer. */
  String line() throws IOException {
    return String.valueOf(in.readLine());
  }

  /** What is left of the answer; ends when the server closes the connection. */
  String rest() throws IOException {
    return in.readAllAsString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
