package dev.kmsagent.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;

/** Where a listener binds; port 0 leaves the choice of a free one to the operating system. */
public record ListenAddress(InetAddress address, int port) {
  static final InetAddress IPV4_LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6_LOOPBACK = InetAddress.ofLiteral("::1");

  public boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /** The other of the two addresses that {@code localhost} has, if this is one of them. */
  public Optional<InetAddress> otherLoopback() {
    if (address.equals(IPV4_LOOPBACK)) {
      return Optional.of(IPV6_LOOPBACK);
    }
    return address.equals(IPV6_LOOPBACK) ? Optional.of(IPV4_LOOPBACK) : Optional.empty();
  }

  /** The URL of the listener without TLS. */
  public URI url() {
    var literal = address.equals(IPV6_LOOPBACK) ? "::1" : address.getHostAddress();
    var host = address instanceof Inet6Address ? "[" + literal + "]" : literal;
    return URI.create("http://" + host + ":" + port);
  }
}
