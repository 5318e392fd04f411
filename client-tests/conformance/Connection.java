import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A connection that sends what it is given, well-formed or not. Not thread-safe. */
final class Connection implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** Above the deadline of a request to KMS. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);

  private static final int LONGEST_LINE = 1 << 14;
  private static final int LARGEST_BODY = 1 << 22;

  private final Socket socket = new Socket();
  private final InputStream in;

  Connection(URI url) throws IOException {
    int port = url.getPort() < 0 ? 80 : url.getPort();
    try {
      socket.connect(new InetSocketAddress(url.getHost(), port), (int) CONNECT_TIMEOUT.toMillis());
      socket.setSoTimeout((int) READ_TIMEOUT.toMillis());
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException unreachable) {
      socket.close();
      throw unreachable;
    }
  }

  void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Reply exchange(String request) throws IOException {
    write(request);
    return read(request.substring(0, request.indexOf(' ')));
  }

  /** Reads the answer to a request with this method. */
  Reply read(String method) throws IOException {
    var parts = line().split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("\\d{3}")) {
      throw new IOException("no status line");
    }
    int status = Integer.parseInt(parts[1]);
    var headers = headers();
    var hasBody = !method.equals("HEAD") && status >= 200 && status != 204 && status != 304;
    return new Reply(status, headers, hasBody ? body(headers) : "");
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.put(name, line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private String body(Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunks();
    }
    var length = headers.get("content-length");
    return length == null ? text(in.readNBytes(LARGEST_BODY)) : exactly(number(length, 10));
  }

  private String chunks() throws IOException {
    var body = new StringBuilder();
    for (int size = chunkSize(); size > 0 && body.length() < LARGEST_BODY; size = chunkSize()) {
      body.append(exactly(size));
      line();
    }
    line();
    return body.toString();
  }

  private int chunkSize() throws IOException {
    return number(line().replaceFirst(";.*", "").strip(), 16);
  }

  private static int number(String digits, int radix) throws IOException {
    try {
      return Math.min(Integer.parseInt(digits, radix), LARGEST_BODY);
    } catch (NumberFormatException malformed) {
      throw new IOException("no length", malformed);
    }
  }

  private String exactly(int size) throws IOException {
    var bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException();
    }
    return text(bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.length() > LONGEST_LINE) {
        throw new EOFException();
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
