package dev.kmsagent.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;

/** Where a listener binds; port 0 leaves the choice of a free one to the operating system. */
public record ListenAddress(InetAddress address, int port) {

  public boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /** The URL of the listener, with {@code boundPort} as its port. */
  public URI url(int boundPort) {
    var literal = address.getHostAddress();
    var host = address instanceof Inet6Address ? "[" + literal + "]" : literal;
    return URI.create("http://" + host + ":" + boundPort);
  }

  /** The URL of the listener. */
  public URI url() {
    return url(port);
  }
}
