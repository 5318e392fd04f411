package dev.kmsagent.config;

import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a service of the cloud listens: KMS, or STS.
 *
 * @param host a host name or an IP address, an IPv6 address in brackets
 */
public record Endpoint(Protocol protocol, String host, int port) {

  /** How the endpoint is spoken to; plain HTTP is for a loopback endpoint alone. */
  public enum Protocol {
    HTTPS(443),
    HTTP(80);

    private final int defaultPort;

    Protocol(int defaultPort) {
      this.defaultPort = defaultPort;
    }

    public int defaultPort() {
      return defaultPort;
    }

    /** The scheme of a URL. */
    public String scheme() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The host, and the port unless it is the protocol's own: what the {@code Host} header says. */
  public String authority() {
    return port == protocol.defaultPort() ? host : host + ":" + port;
  }

  public URI uri() {
    return URI.create(protocol.scheme() + "://" + authority());
  }

  /** Whether this is a host name or an IP address; an IPv6 address may stand in brackets. */
  static boolean isHost(String text) {
    return text.matches("(?=.{1,253}$)[A-Za-z0-9_-]{1,63}([.][A-Za-z0-9_-]{1,63})*[.]?")
        || ValueTypes.addressOf(text).isPresent();
  }

  /**
   * An endpoint as keys give it: a host, and a port or none.
   *
   * @param host a host name or an IP address, an IPv6 address in brackets
   * @param port 0 for none
   */
  record HostPort(String host, int port) {
    private static final int LAST_PORT = 65535;

    static ValueType<HostPort> type() {
      return ValueTypes.text(
          "host or host:port, without a scheme",
          text -> ValueTypes.orInvalid(parse(text), "is no host"),
          hostPort -> TomlValue.literal(hostPort.toString()));
    }

    /** Accepts what can be the authority of a URL, without a login. */
    private static Optional<HostPort> parse(String text) {
      try {
        return of(new URI("https://" + text)).filter(parsed -> parsed.toString().equals(text));
      } catch (URISyntaxException malformed) {
        return Optional.empty();
      }
    }

    /** The host and the port of a URL that has a host. */
    static Optional<HostPort> of(URI url) {
      return Optional.ofNullable(url.getHost())
          .map(host -> new HostPort(host, Math.max(url.getPort(), 0)))
          .filter(parsed -> parsed.port <= LAST_PORT);
    }

    boolean isLoopback() {
      return host.equalsIgnoreCase("localhost")
          || ValueTypes.addressOf(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    Endpoint over(Protocol protocol) {
      return new Endpoint(protocol, host, port == 0 ? protocol.defaultPort() : port);
    }

    @Override
    public String toString() {
      return port == 0 ? host : host + ":" + port;
    }
  }
}
