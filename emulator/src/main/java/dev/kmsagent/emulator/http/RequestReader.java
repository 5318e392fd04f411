package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads requests from one connection (RFC 9112), with a bound on everything; for one thread. */
final class RequestReader {
  private static final int MAX_LINE = 256 * 1024;
  private static final int MAX_FIELDS = 200;
  private static final int MAX_BODY = 1024 * 1024;
  private static final String SCHEME = "http://";

  private final InputStream in;

  RequestReader(InputStream in) {
    this.in = in;
  }

  /** The input is no HTTP/1.1 request that this server reads. */
  static final class SyntaxException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String problem;

    private SyntaxException(int status, String problem) {
      super(problem);
      this.status = status;
      this.problem = problem;
    }

    HttpResponse response() {
      return HttpResponse.text(status, problem);
    }
  }

  /** The next request; empty when the client has closed the connection between two requests. */
  Optional<HttpRequest> next() throws IOException {
    int first = in.read();
    return first < 0 ? Optional.empty() : Optional.of(request(line(first)));
  }

  private HttpRequest request(String requestLine) throws IOException {
    String[] parts = requestLine.split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
      throw new SyntaxException(400, "not an HTTP/1.1 request line");
    }
    String target = parts[1];
    int path = pathOf(target);
    String authority = path == 0 ? "" : target.substring(SCHEME.length(), path);
    Map<String, List<String>> headers = headers();
    return new HttpRequest(parts[0], authority, target.substring(path), headers, body(headers));
  }

  /** Where the path begins in a target in origin form or in absolute form (RFC 9112, 3.2). */
  private static int pathOf(String target) throws SyntaxException {
    int path = target.startsWith("/") ? 0 : target.indexOf('/', SCHEME.length());
    if (path != 0 && (!target.startsWith(SCHEME) || path <= SCHEME.length())) {
      throw new SyntaxException(400, "not a request target");
    }
    return path;
  }

  private Map<String, List<String>> headers() throws IOException {
    var headers = new HashMap<String, List<String>>();
    String line = line(in.read());
    for (int count = 0; !line.isEmpty(); line = line(in.read())) {
      if (++count > MAX_FIELDS) {
        throw new SyntaxException(431, "too many header fields");
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new SyntaxException(400, "a header field without a name");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.substring(colon + 1).strip());
    }
    return headers;
  }

  private String body(Map<String, List<String>> headers) throws IOException {
    String encoding = headers.getOrDefault("transfer-encoding", List.of("")).getFirst();
    if (encoding.equalsIgnoreCase("chunked")) {
      return chunks();
    }
    String length = headers.getOrDefault("content-length", List.of("0")).getFirst();
    return new String(exactly(size(length, 10)), UTF_8);
  }

  private String chunks() throws IOException {
    var whole = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      if (whole.size() + size > MAX_BODY) {
        throw new SyntaxException(413, "body too large");
      }
      whole.write(exactly(size));
      line(in.read());
    }
    headers();
    return whole.toString(UTF_8);
  }

  private int chunkSize() throws IOException {
    return size(line(in.read()).split(";", 2)[0], 16);
  }

  private static int size(String text, int radix) throws SyntaxException {
    String digits = text.strip();
    if (digits.isEmpty() || digits.chars().anyMatch(c -> Character.digit(c, radix) < 0)) {
      throw new SyntaxException(400, "not a length");
    }
    var size = new BigInteger(digits, radix);
    if (size.compareTo(BigInteger.valueOf(MAX_BODY)) > 0) {
      throw new SyntaxException(413, "body too large");
    }
    return size.intValue();
  }

  private byte[] exactly(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("the client closed the connection inside a body");
    }
    return bytes;
  }

  /** The line that starts with {@code first}, without its end. */
  private String line(int first) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int next = first; next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the client closed the connection inside a request");
      }
      if (bytes.size() >= MAX_LINE) {
        throw new SyntaxException(431, "line too long");
      }
      bytes.write(next);
    }
    String text = bytes.toString(ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
