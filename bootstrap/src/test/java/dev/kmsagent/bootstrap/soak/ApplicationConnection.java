package dev.kmsagent.bootstrap.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.bootstrap.attack.ResponseReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection of an application, which sends a request and reads the answer. Not thread-safe. */
final class ApplicationConnection implements AutoCloseable {
  /** After the deadline of every request. */
  private static final int PATIENCE_MILLIS = (int) Testbed.REQUEST_TIMEOUT.toMillis() + 5_000;

  private final Socket socket = new Socket();
  private final ResponseReader responses;

  ApplicationConnection(int port) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    responses = new ResponseReader(socket.getInputStream());
  }

  /**
   * Head and body of the answer to {@code GET target}.
   *
   * @param fields more lines of the head, each with its end
   */
  String get(String target, String fields) throws IOException {
    var request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return responses.read();
  }

  /** The same on a connection of its own. */
  static String getOnce(int port, String target, String fields) throws IOException {
    try (var connection = new ApplicationConnection(port)) {
      return connection.get(target, fields + "Connection: close\r\n");
    }
  }

  static String target(String secretName) {
    return "/secretsmanager/get?secretId=" + secretName;
  }

  static String field(String token) {
    return "X-KMS-Token: " + token + "\r\n";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
