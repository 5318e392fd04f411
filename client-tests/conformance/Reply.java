import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An answer. Its body may be a secret and is not printed.
 *
 * @param headers by name in lower case; of several fields, the last
 */
record Reply(int status, Map<String, String> headers, String body) {
  private static final int CONNECT_MILLIS = 2000;

  /** Above the deadline of a request to KMS. */
  private static final int READ_MILLIS = 20_000;

  private static final String LARGEST_BODY = "4194304";

  /** The value of a secret, as the JSON that it is, in each dialect. */
  private static final Pattern VALUE =
      Pattern.compile(
          "\"(SecretData|SecretString|SecretBinary)\"\\s*:\\s*(\"(?:[^\"\\\\]++|\\\\.)*+\")"
              + "|\"(data)\"\\s*:\\s*\\{\\s*\"data\"\\s*:\\s*(.*?)\\s*,\\s*\"metadata\"",
          Pattern.DOTALL);

  private static final Pattern VERSION = Pattern.compile("\"VersionId\"\\s*:\\s*\"([^\"]*)\"");

  /** The answer to a request, over a connection of its own. */
  static Reply of(URI url, String request) throws IOException {
    return ofAll(url, request, 1, false).getFirst();
  }

  /** The answers to one request sent several times over one connection, one by one or at once. */
  static List<Reply> ofAll(URI url, String request, int times, boolean pipelined)
      throws IOException {
    try (var socket = new Socket()) {
      int port = url.getPort() < 0 ? 80 : url.getPort();
      socket.connect(new InetSocketAddress(url.getHost(), port), CONNECT_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      var in = new BufferedInputStream(socket.getInputStream());
      var replies = new ArrayList<Reply>();
      for (int i = 0; i < times; i++) {
        if (i == 0 || !pipelined) {
          var sent = pipelined ? request.repeat(times) : request;
          socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
        }
        replies.add(read(in, request.startsWith("HEAD ")));
      }
      return replies;
    }
  }

  private static Reply read(InputStream in, boolean isHead) throws IOException {
    var start = line(in);
    if (!start.matches("HTTP/1\\.\\d \\d{3}( .*)?")) {
      throw new IOException("no status line");
    }
    int status = Integer.parseInt(start.substring(9, 12));
    var headers = new HashMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      var field = line.split(":", 2);
      headers.put(field[0].toLowerCase(Locale.ROOT), field[field.length - 1].strip());
    }
    var hasBody = !isHead && status != 204 && status != 304;
    return new Reply(status, headers, hasBody ? body(in, headers) : "");
  }

  private static String body(InputStream in, Map<String, String> headers) throws IOException {
    if (!headers.containsKey("transfer-encoding")) {
      return exactly(in, headers.getOrDefault("content-length", LARGEST_BODY), 10);
    }
    var body = new StringBuilder();
    for (var size = line(in); !size.equals("0"); size = line(in)) {
      body.append(exactly(in, size, 16));
      line(in);
    }
    line(in);
    return body.toString();
  }

  private static String exactly(InputStream in, String digits, int radix) throws IOException {
    try {
      var bytes = in.readNBytes(Integer.parseInt(digits, radix));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NumberFormatException malformed) {
      throw new IOException("no length", malformed);
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the connection ended");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  /** The value of a header; empty if there is none. */
  String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /** Whether the request, or its client, was refused. */
  boolean isRefusal() {
    return status >= 400 && status < 500;
  }

  /** The value in an answer with a secret; empty if there is none. */
  String value() {
    var found = VALUE.matcher(body);
    return !found.find() ? "" : found.group(2) == null ? found.group(4) : found.group(2);
  }

  /** The dialect of an answer with a secret; empty if it is none that is known. */
  String dialect() {
    var found = VALUE.matcher(body);
    if (!found.find()) {
      return "";
    }
    return "SecretData".equals(found.group(1))
        ? "KMS (ResponseType 0)"
        : found.group(3) == null
            ? "AWS Secrets Manager (ResponseType 1)"
            : "Vault KV (ResponseType 2)";
  }

  /** How the dialect calls the current version. */
  String stage() {
    return dialect().startsWith("AWS") ? "AWSCURRENT" : "ACSCurrent";
  }

  /** The id of the version in an answer with a secret; any text if there is none. */
  String version() {
    var found = VERSION.matcher(body);
    return found.find() ? found.group(1) : "conformance-none";
  }
}
