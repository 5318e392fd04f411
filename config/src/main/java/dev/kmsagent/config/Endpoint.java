package dev.kmsagent.config;

import java.net.URI;

/**
 * Where a service of the cloud listens: KMS, or STS.
 *
 * @param host a host name or an IP address, an IPv6 address in brackets
 */
public record Endpoint(Protocol protocol, String host, int port) {

  /** The host, and the port unless it is the protocol's own: what the {@code Host} header says. */
  public String authority() {
    return port == protocol.defaultPort() ? host : host + ":" + port;
  }

  public URI uri() {
    return URI.create(protocol.scheme() + "://" + authority());
  }
}
