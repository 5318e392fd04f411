package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;

/** Sends calls through one proxy, except those to this machine and to the hosts in a list. */
final class ProxyRules extends ProxySelector {
  /** This machine, and the metadata service of its instance, which no proxy can reach. */
  private static final List<NoProxyEntry> LOCAL =
      List.of(
          NoProxyEntry.parse("localhost"),
          NoProxyEntry.parse("127.0.0.0/8"),
          NoProxyEntry.parse("::1"),
          NoProxyEntry.parse("100.100.100.200"));

  private final List<Proxy> proxy;
  private final List<NoProxyEntry> exceptions;

  /**
   * @param exceptions entries of {@code NO_PROXY}
   */
  ProxyRules(String host, int port, List<String> exceptions) {
    var address = InetSocketAddress.createUnresolved(host, port);
    this.proxy = List.of(new Proxy(Proxy.Type.HTTP, address));
    this.exceptions = exceptions.stream().map(NoProxyEntry::parse).toList();
  }

  @Override
  public List<Proxy> select(URI target) {
    return isExcepted(target, LOCAL) || isExcepted(target, exceptions)
        ? List.of(Proxy.NO_PROXY)
        : proxy;
  }

  private static boolean isExcepted(URI target, List<NoProxyEntry> entries) {
    return entries.stream().anyMatch(entry -> entry.covers(target));
  }

  /** The call fails with the same reason. */
  @Override
  public void connectFailed(URI target, SocketAddress address, IOException failure) {}
}
