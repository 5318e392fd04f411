package dev.kmsagent.adapters.http;

import dev.kmsagent.testkit.Patience;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Says to a server exactly what it is told to, well-formed or not, over one connection. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = (int) Patience.limit().toMillis();

  private final Socket socket;
  private final Socket transport;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(InetAddress.getLoopbackAddress(), port);
  }

  RawClient(InetAddress address, int port) throws IOException {
    this(new Socket(address, port));
  }

  /** Connects from the address {@code from}. */
  static RawClient from(InetAddress from, int port) throws IOException {
    return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port, from, 0));
  }

  /** Shakes hands over a socket that is connected. */
  static RawClient withTls(SSLContext tls, Socket connected) throws IOException {
    var socket =
        (SSLSocket)
            tls.getSocketFactory().createSocket(connected, "localhost", connected.getPort(), true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.startHandshake();
    return new RawClient(socket, connected);
  }

  static RawClient withTls(SSLContext tls, int port) throws IOException {
    return withTls(tls, new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Speaks over a socket that is connected. */
  RawClient(Socket socket) throws IOException {
    this(socket, socket);
  }

  private RawClient(Socket socket, Socket transport) throws IOException {
    this.socket = socket;
    this.transport = transport;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * Whether the server knows it by {@code address}, which is null when the connection is closed.
   */
  boolean hasAddress(@Nullable SocketAddress address) {
    return socket.getLocalSocketAddress().equals(address);
  }

  /** Sends {@code text}, each of its characters as one byte. */
  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Sends {@code text} if the server has not closed the connection; whether it was sent. */
  boolean trySend(String text) {
    try {
      send(text);
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  /** Sends no more. */
  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Sends the lines of a head, ended as HTTP wants it. */
  void sendHead(String... lines) throws IOException {
    send(String.join("\r\n", lines) + "\r\n\r\n");
  }

  /** Sends a GET with the token. */
  void ask(String target) throws IOException {
    sendHead("GET " + target + " HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
  }

  /** Sends a GET with the token, and reads the answer. */
  Answer get(String target) {
    try {
      ask(target);
      return read();
    } catch (IOException failed) {
      throw new UncheckedIOException(target, failed);
    }
  }

  /** Reads one whole answer, by its length. */
  Answer read() throws IOException {
    var head = readHead();
    var length = head.headers().getOrDefault("content-length", List.of("0")).getFirst();
    var body = in.readNBytes(Integer.parseInt(length));
    return new Answer(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
  }

  /** Reads the head of an answer: of one to HEAD there is no more. */
  Answer readHead() throws IOException {
    return new Answer(Integer.parseInt(line().split(" ", 3)[1]), headers(), "");
  }

  /** Reads so many bytes. */
  void skip(long bytes) throws IOException {
    in.skipNBytes(bytes);
  }

  /** Whether the server has closed the connection, waited for. */
  boolean ended() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Reads what still comes until the server closes the connection, a character for each byte. */
  String readText() throws IOException {
    var text = new ByteArrayOutputStream();
    try {
      in.transferTo(text);
    } catch (SocketException reset) {
      return text.toString(StandardCharsets.ISO_8859_1);
    }
    return text.toString(StandardCharsets.ISO_8859_1);
  }

  private Map<String, List<String>> headers() throws IOException {
    var headers = new TreeMap<String, List<String>>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, n -> new ArrayList<>()).add(line.substring(colon + 1).strip());
    }
    return headers;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the server closed the connection");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** With TLS, its end is not told: the server may be busy, and that is waited for. */
  @Override
  public void close() throws IOException {
    transport.close();
  }
}
