package dev.kmsagent.bootstrap.conformance;

import dev.kmsagent.adapters.http.dialect.JsonText;
import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A client of the agent that is tried, for one of its secrets. Thread-safe. */
final class Client {
  /** A shorter value may be in an error by chance. */
  private static final int TELLING = 4;

  private final Target target;
  private final String secret;
  private final Reply first;

  /** What is tried. */
  record Target(URI url, String tokenHeader, ConfidentialText token) {}

  /** Reads the secret once, to compare with what is read later. */
  Client(Target target, String secret) throws IOException {
    this.target = target;
    this.secret = secret;
    this.first = send(read());
  }

  String secret() {
    return secret;
  }

  String encodedSecret() {
    return encoded(secret);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  String tokenHeader() {
    return target.tokenHeader();
  }

  /** The line with the token in another header. */
  String tokenIn(String header) {
    return header + ": " + target.token().reveal();
  }

  /** The first answer. */
  Reply first() {
    return first;
  }

  /** A read of the secret by the route with a query. */
  Request read() {
    return get("/secretsmanager/get?secretId=" + encodedSecret());
  }

  /** A request with all that an application sends. */
  Request get(String path) {
    var host = target.url().getRawAuthority();
    return new Request("GET", path, List.of("Host: " + host, tokenIn(target.tokenHeader())));
  }

  /** A read that shows another token; the header stays. */
  Request readWith(String token) {
    return read().without(tokenHeader()).with(tokenHeader() + ": " + token);
  }

  String token() {
    return target.token().reveal();
  }

  Connection connect() throws IOException {
    return new Connection(target.url());
  }

  Reply send(Request request) throws IOException {
    try (var connection = connect()) {
      return connection.exchange(request);
    }
  }

  /** Passes if {@code reply} holds the secret that was read first. */
  Judgement same(Reply reply) {
    if (reply.status() != 200) {
      return Judgement.fails(Integer.toString(reply.status()));
    }
    return isSame(reply)
        ? Judgement.passes("200, the same value")
        : Judgement.fails("200, another value or none");
  }

  boolean isSame(Reply reply) {
    return reply.status() == 200 && text(first).isPresent() && text(reply).equals(text(first));
  }

  boolean isSecretIn(Reply reply) {
    return first
        .value()
        .map(JsonText::plain)
        .filter(value -> value.length() >= TELLING && reply.body().contains(value))
        .isPresent();
  }

  private static Optional<String> text(Reply reply) {
    return reply.value().map(JsonText::text);
  }
}
