package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * A connection for one request after the other. Unlike a client of the JDK, it tells an end without
 * a byte from an answer that was cut off.
 */
public final class KeptConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = (int) Patience.limit().toMillis();

  private final Socket socket;
  private final InputStream in;
  private long received;

  public KeptConnection(int port) throws IOException {
    this(port, "127.0.0.1");
  }

  /** From this address, which is one of 127.0.0.0/8. */
  public KeptConnection(int port, String from) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0));
  }

  private KeptConnection(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** With TLS, resumed where it can be. */
  static KeptConnection withTls(SSLContext client, int port) throws IOException {
    return new KeptConnection(client.getSocketFactory().createSocket("localhost", port));
  }

  /**
   * {@code GET target}.
   *
   * @param fields more lines of the head
   */
  public static String request(String target, String... fields) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + lines(fields) + "\r\n";
  }

  private static String lines(String... fields) {
    return Stream.of(fields).map(field -> field + "\r\n").collect(joining());
  }

  /** Reads a secret with this token. */
  public static String read(String secretName, String token, String... more) {
    var fields = Stream.concat(Stream.of("X-KMS-Token: " + token), Stream.of(more));
    return request("/secretsmanager/get?secretId=" + secretName, fields.toArray(String[]::new));
  }

  /** The answer to one request, on a connection of its own. */
  public static AgentAnswer exchange(int port, String request) throws IOException {
    try (var connection = new KeptConnection(port)) {
      return connection
          .send(request)
          .orElseThrow(() -> new IOException("The connection was closed without an answer."));
    }
  }

  /** The answer to a request of these lines, the last of its connection. */
  public static AgentAnswer send(int port, String... lines) {
    return Unchecked.get(
        () -> exchange(port, String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n"));
  }

  /** Sends a request; empty if the connection ends before the first byte of an answer. */
  public Optional<AgentAnswer> send(String request) throws IOException {
    int first;
    try {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      first = in.read();
    } catch (SocketException reset) {
      return Optional.empty();
    }
    received += first < 0 ? 0 : 1;
    return first < 0
        ? Optional.empty()
        : Optional.of(answer((char) first, !request.startsWith("HEAD ")));
  }

  /** Sends a request now, and has its answer read on another thread. */
  public CompletableFuture<Optional<AgentAnswer>> begin(String request) {
    return CompletableFuture.supplyAsync(
        () -> Unchecked.get(() -> send(request)), Thread::startVirtualThread);
  }

  /** How many bytes of answers have come. */
  long received() {
    return received;
  }

  private AgentAnswer answer(char first, boolean hasBody) throws IOException {
    var head = new StringBuilder().append(first);
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) bytes(1)[0]);
    }
    var headers = headers(head.toString().strip().split("\r\n", -1));
    var length = hasBody ? headers.getOrDefault("content-length", List.of("0")).getFirst() : "0";
    var body = new String(bytes(Integer.parseInt(length)), UTF_8);
    return new AgentAnswer(Integer.parseInt(head.substring(9, 12)), headers, body);
  }

  private static Map<String, List<String>> headers(String... head) {
    var headers = new TreeMap<String, List<String>>();
    Stream.of(head)
        .skip(1)
        .map(line -> line.split(": ?", 2))
        .forEach(
            field ->
                headers
                    .computeIfAbsent(field[0].toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(field[1]));
    return headers;
  }

  private byte[] bytes(int count) throws IOException {
    var bytes = in.readNBytes(count);
    received += bytes.length;
    if (bytes.length < count) {
      throw new EOFException("The answer is cut off.");
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
