package dev.kmsagent.bootstrap.conformance;

import dev.kmsagent.adapters.http.dialect.JsonText;
import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A client of the agent that is tried, for one of its secrets. Thread-safe. */
final class Client {
  /** A shorter value may be in an error by chance. */
  private static final int TELLING = 4;

  private final Target target;
  private final String name;
  private final Reply first;

  /** What is tried. */
  record Target(URI url, String tokenHeader, ConfidentialText token) {}

  /** Reads the secret once, to compare with what is read later. */
  Client(Target target, String name) throws IOException {
    this.target = target;
    this.name = name;
    try (var connection = connect()) {
      this.first = connection.exchange(request(readOf(name), List.of()));
    }
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
    var token = target.token().reveal();
    return template
        .replace("{read}", readOf(name))
        .replace("{plain}", name.replace("%", "%25").replace(" ", "%20"))
        .replace("{name}", encoded(name))
        .replace("{slashes}", encoded(name).replace("%2F", "/"))
        .replace("{octets}", octets(name))
        .replace("{stage}", first.stage())
        .replace("{version}", encoded(first.version().orElse("conformance-none")))
        .replace("{header}", target.tokenHeader())
        .replace("{token}", token)
        .replace("{start}", token.substring(0, Math.max(0, token.length() - 1)))
        .replace("{513}", "x".repeat(513))
        .replace("{6144}", "x".repeat(6144));
  }

  private static String octets(String text) {
    return '%' + HexFormat.ofDelimiter("%").formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A read by query, with these changes to the lines of its head. */
  Request read(String changes) {
    return request("{read}", changes);
  }

  /**
   * @param changes lines of the head, separated by semicolons; {@code -NAME} leaves one out
   */
  Request request(String request, String changes) {
    return request(fill(request), List.of(fill(changes).split("; ", -1)));
  }

  private Request request(String line, List<String> changes) {
    var fields = new ArrayList<String>();
    fields.add("Host: " + target.url().getRawAuthority());
    fields.add(target.tokenHeader() + ": " + target.token().reveal());
    for (var change : changes) {
      if (change.startsWith("-")) {
        fields.removeIf(field -> field.startsWith(change.substring(1) + ':'));
      } else if (!change.isEmpty()) {
        fields.add(change);
      }
    }
    int space = line.indexOf(' ');
    var method = space < 0 ? "GET" : line.substring(0, space);
    return new Request(method, line.substring(space + 1), fields);
  }

  Connection connect() throws IOException {
    return new Connection(target.url());
  }

  Reply send(Request request) throws IOException {
    try (var connection = connect()) {
      return connection.exchange(request);
    }
  }

  /** Whether {@code reply} holds the secret that was read first. */
  boolean isSame(Reply reply) {
    return reply.status() == 200 && text(first).isPresent() && text(reply).equals(text(first));
  }

  private static Optional<String> text(Reply reply) {
    return reply.value().map(JsonText::text);
  }

  boolean isSecretIn(Reply reply) {
    return first
        .value()
        .map(JsonText::plain)
        .filter(value -> value.length() >= TELLING && reply.body().contains(value))
        .isPresent();
  }
}
