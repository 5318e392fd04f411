package dev.kmsagent.config.loading;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * A host, and a port or none.
 *
 * @param host a host name or an IP address, an IPv6 address in brackets
 * @param port 0 for none
 */
record HostPort(String host, int port) {
  static final Shape<HostPort> SHAPE =
      Shapes.text(
          "host or host:port, without a scheme",
          HostPort::read,
          authority -> Literal.of(authority.toString()));

  private static final int LAST_PORT = 65535;

  private static Reading<HostPort> read(String text) {
    return parse(text)
        .<Reading<HostPort>>map(Reading.Good::new)
        .orElseGet(() -> new Reading.Bad<>("is no host"));
  }

  /** Takes what can be the authority of a URL, and no more than that. */
  static Optional<HostPort> parse(String text) {
    try {
      URI url = new URI("https://" + text);
      return Optional.ofNullable(url.getHost())
          .map(host -> new HostPort(host, Math.max(url.getPort(), 0)))
          .filter(parsed -> parsed.port <= LAST_PORT && parsed.toString().equals(text));
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  int portOr(int standard) {
    return port == 0 ? standard : port;
  }

  @Override
  public String toString() {
    return port == 0 ? host : host + ":" + port;
  }
}
