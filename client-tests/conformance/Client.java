import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A client of the agent that is tried, for one of its secrets. Thread-safe. */
final class Client {
  /** A shorter value may be in an error by chance. */
  private static final int TELLING = 4;

  private final Agent agent;
  private final String name;
  private final Reply first;

  /** What is tried. */
  record Agent(URI url, String header, String token) {}

  /** Reads the secret once, to compare with what is read later. */
  Client(Agent agent, String name) throws IOException {
    this.agent = agent;
    this.name = name;
    try (var connection = connect()) {
      this.first = connection.exchange(request(readOf(name), List.of()));
    }
  }

  /** A client for another secret of the same agent. */
  Client of(String secret) throws IOException {
    return new Client(agent, secret);
  }

  private static String readOf(String name) {
    return "/secretsmanager/get?secretId=" + encoded(name);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The first answer. */
  Reply first() {
    return first;
  }

  /**
   * Fills in: {@code {read}}, a read by query; the name of the secret {@code {plain}}, {@code
   * {name}} (encoded), {@code {slashes}} (encoded but the slashes), {@code {octets}} (each byte
   * encoded); {@code {stage}} and {@code {version}} of the first answer; {@code {header}}, {@code
   * {token}} and its {@code {start}}; {@code {513}} and {@code {6144}} letters.
   */
  String fill(String template) {
    var token = agent.token();
    return template
        .replace("{read}", readOf(name))
        .replace("{plain}", name.replace("%", "%25").replace(" ", "%20"))
        .replace("{name}", encoded(name))
        .replace("{slashes}", encoded(name).replace("%2F", "/"))
        .replace("{octets}", octets(name))
        .replace("{stage}", first.stage())
        .replace("{version}", encoded(first.version()))
        .replace("{header}", agent.header())
        .replace("{token}", token)
        .replace("{start}", token.substring(0, Math.max(0, token.length() - 1)))
        .replace("{513}", "x".repeat(513))
        .replace("{6144}", "x".repeat(6144));
  }

  private static String octets(String text) {
    return '%' + HexFormat.ofDelimiter("%").formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A read by query, with these changes to the lines of its head. */
  String read(String changes) {
    return request("{read}", changes);
  }

  /**
   * @param changes lines of the head, separated by semicolons; {@code -NAME} leaves one out
   */
  String request(String request, String changes) {
    return request(fill(request), List.of(fill(changes).split("; ", -1)));
  }

  private String request(String line, List<String> changes) {
    var fields = new ArrayList<String>();
    fields.add("Host: " + agent.url().getRawAuthority());
    fields.add(agent.header() + ": " + agent.token());
    for (var change : changes) {
      if (change.startsWith("-")) {
        fields.removeIf(field -> field.startsWith(change.substring(1) + ':'));
      } else if (!change.isEmpty()) {
        fields.add(change);
      }
    }
    var start = line.indexOf(' ') < 0 ? "GET " + line : line;
    return start + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
  }

  Connection connect() throws IOException {
    return new Connection(agent.url());
  }

  Reply send(String request) throws IOException {
    try (var connection = connect()) {
      return connection.exchange(request);
    }
  }

  /** Whether {@code reply} holds the secret that was read first. */
  boolean isSame(Reply reply) {
    return reply.status() == 200
        && first.value().isPresent()
        && reply.value().equals(first.value());
  }

  /** Whether the value is in {@code reply}, as it was written or without escapes. */
  boolean isSecretIn(Reply reply) {
    var written = first.value().orElse("").replaceAll("^\"|\"$", "");
    var plain = written.replace("\\\"", "\"");
    return written.length() >= TELLING
        && (reply.body().contains(written) || reply.body().contains(plain));
  }
}
