package dev.kmsagent.testkit.http;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Says to a server exactly what it is told to, well-formed or not, over one connection. Unlike a
 * client of the JDK, it tells an end without a byte from an answer that was cut off. Not
 * thread-safe.
 */
public final class ClientConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = (int) Patience.limit().toMillis();

  private final Socket socket;
  private final Socket transport;
  private final InputStream in;
  private long received;

  public ClientConnection(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Speaks over a socket that is connected. */
  public ClientConnection(Socket socket) throws IOException {
    this(socket, socket);
  }

  private ClientConnection(Socket socket, Socket transport) throws IOException {
    this.socket = socket;
    this.transport = transport;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects from this address, which is one of 127.0.0.0/8. */
  public static ClientConnection from(String address, int port) throws IOException {
    var from = InetAddress.ofLiteral(address);
    return new ClientConnection(new Socket(InetAddress.getLoopbackAddress(), port, from, 0));
  }

  /** Shakes hands, and resumes a session where it can. */
  public static ClientConnection withTls(SSLContext tls, int port) throws IOException {
    return withTls(tls, new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Shakes hands over a socket that is connected. */
  public static ClientConnection withTls(SSLContext tls, Socket connected) throws IOException {
    var socket =
        (SSLSocket)
            tls.getSocketFactory().createSocket(connected, "localhost", connected.getPort(), true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.startHandshake();
    return new ClientConnection(socket, connected);
  }

  /** The lines of a head, ended as HTTP wants it. */
  public static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /**
   * {@code GET target}.
   *
   * @param fields more lines of the head
   */
  public static String request(String target, String... fields) {
    var start = Stream.of("GET " + target + " HTTP/1.1", "Host: localhost");
    return head(Stream.concat(start, Stream.of(fields)).toArray(String[]::new));
  }

  /** Reads a secret with this token. */
  public static String secretRequest(String secretName, String token, String... more) {
    var fields = Stream.concat(Stream.of("X-KMS-Token: " + token), Stream.of(more));
    return request("/secretsmanager/get?secretId=" + secretName, fields.toArray(String[]::new));
  }

  /** The answer to one request, on a connection of its own. */
  public static AgentAnswer exchange(int port, String request) {
    return Unchecked.get(
        () -> {
          try (var connection = new ClientConnection(port)) {
            return connection
                .exchange(request)
                .orElseThrow(() -> new EOFException("no answer to " + request));
          }
        });
  }

  /**
   * All that comes back, a character for each byte, for a text after which nothing follows, on a
   * connection of its own, until the server closes it.
   */
  public static String exchangeText(int port, String text) throws IOException {
    try (var connection = new ClientConnection(port)) {
      if (connection.trySend(text)) {
        connection.endOutput();
      }
      return connection.readText();
    }
  }

  /** Sends a request; empty if the connection ends before the first byte of an answer. */
  public Optional<AgentAnswer> exchange(String request) throws IOException {
    if (!trySend(request) || ended()) {
      return Optional.empty();
    }
    return Optional.of(request.startsWith("HEAD ") ? readHead() : read());
  }

  /** The address by which the server knows it. */
  public SocketAddress address() {
    return socket.getLocalSocketAddress();
  }

  /** Sends {@code text}, each of its characters as one byte. */
  public void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Sends {@code text} if the server has not closed the connection; whether it was sent. */
  public boolean trySend(String text) {
    try {
      send(text);
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  public void sendHead(String... lines) throws IOException {
    send(head(lines));
  }

  /** Sends no more. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads one whole answer, by its length. */
  public AgentAnswer read() throws IOException {
    var head = readHead();
    var lengths = head.headers().getOrDefault("content-length", List.of("0"));
    var length = Integer.parseInt(lengths.getFirst());
    var body = in.readNBytes(length);
    received += body.length;
    if (body.length < length) {
      throw new EOFException("The body is cut off.");
    }
    return new AgentAnswer(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
  }

  /** Reads the head of an answer: of one to HEAD there is no more. */
  public AgentAnswer readHead() throws IOException {
    return new AgentAnswer(Integer.parseInt(line().split(" ", 3)[1]), headers(), "");
  }

  private Map<String, List<String>> headers() throws IOException {
    var headers = new TreeMap<String, List<String>>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.substring(colon + 1).strip());
    }
    return headers;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("The head is cut off.");
      }
      line.write(b);
    }
    received += line.size() + 1;
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** How many bytes of answers were read. */
  public long received() {
    return received;
  }

  /** Reads so many bytes. */
  public void skip(long bytes) throws IOException {
    in.skipNBytes(bytes);
  }

  /** Whether the server has closed the connection, waited for unless there is more to read. */
  public boolean ended() throws IOException {
    in.mark(1);
    try {
      var isEnd = in.read() < 0;
      in.reset();
      return isEnd;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Reads what still comes until the server closes the connection, a character for each byte. */
  public String readText() throws IOException {
    var text = new ByteArrayOutputStream();
    try {
      in.transferTo(text);
    } catch (SocketException reset) {
      return text.toString(StandardCharsets.ISO_8859_1);
    }
    return text.toString(StandardCharsets.ISO_8859_1);
  }

  /** With TLS, its end is not told: the server may be busy, and that is waited for. */
  @Override
  public void close() throws IOException {
    transport.close();
  }
}
