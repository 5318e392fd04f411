package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads requests off one connection (RFC 9112), with a bound on everything; for one thread. */
final class RequestReader {
  private static final int MAX_LINE = 256 * 1024;
  private static final int MAX_FIELDS = 200;
  private static final int MAX_BODY = 1024 * 1024;

  private final InputStream in;

  RequestReader(InputStream in) {
    this.in = in;
  }

  /** The next request; empty when the client has closed the connection in good order. */
  Optional<HttpRequest> next() throws IOException {
    Optional<String> line = firstLine();
    if (line.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = line.get().split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
      throw new HttpSyntaxException(400, "not an HTTP/1.1 request line");
    }
    Target target = Target.parse(parts[1]);
    HttpHeaders headers = headers();
    return Optional.of(
        new HttpRequest(parts[0], target.authority(), target.origin(), headers, body(headers)));
  }

  private Optional<String> firstLine() throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    return Optional.of(line(first));
  }

  private HttpHeaders headers() throws IOException {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    String line = line(in.read());
    for (int count = 0; !line.isEmpty(); line = line(in.read())) {
      if (++count > MAX_FIELDS) {
        throw new HttpSyntaxException(431, "too many header fields");
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new HttpSyntaxException(400, "a header field without a name");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.substring(colon + 1).strip());
    }
    return new HttpHeaders(fields);
  }

  private Bytes body(HttpHeaders headers) throws IOException {
    if (headers.first("transfer-encoding").filter("chunked"::equalsIgnoreCase).isPresent()) {
      return chunks();
    }
    Optional<String> length = headers.first("content-length");
    return length.isPresent() ? Bytes.of(exactly(size(length.get(), 10))) : Bytes.none();
  }

  private Bytes chunks() throws IOException {
    var whole = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      if (whole.size() + size > MAX_BODY) {
        throw new HttpSyntaxException(413, "body too large");
      }
      whole.write(exactly(size));
      line(in.read());
    }
    headers();
    return Bytes.of(whole.toByteArray());
  }

  private int chunkSize() throws IOException {
    return size(line(in.read()).split(";", 2)[0], 16);
  }

  private static int size(String text, int radix) throws HttpSyntaxException {
    String digits = text.strip();
    if (digits.isEmpty() || digits.chars().anyMatch(c -> Character.digit(c, radix) < 0)) {
      throw new HttpSyntaxException(400, "not a length");
    }
    var size = new BigInteger(digits, radix);
    if (size.compareTo(BigInteger.valueOf(MAX_BODY)) > 0) {
      throw new HttpSyntaxException(413, "body too large");
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
        throw new HttpSyntaxException(431, "line too long");
      }
      bytes.write(next);
    }
    String text = bytes.toString(ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
