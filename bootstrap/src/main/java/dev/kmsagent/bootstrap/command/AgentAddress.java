package dev.kmsagent.bootstrap.command;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;

/** Where the agent's main listener is, as a URL. */
final class AgentAddress {
  private AgentAddress() {}

  static URI of(InetAddress address, int port) {
    var literal = address.getHostAddress();
    var host = address instanceof Inet6Address ? "[" + literal + "]" : literal;
    return URI.create("http://" + host + ":" + port);
  }
}
