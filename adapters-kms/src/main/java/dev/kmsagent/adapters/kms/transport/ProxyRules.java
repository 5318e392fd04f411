package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Sends calls through one proxy, except those to this machine and to the hosts in a list. An entry
 * of it is {@code *}, a name, which covers its subdomains too, a name with a leading dot, which
 * covers those alone, or an address; each with a port if need be, as in {@code NO_PROXY} of curl
 * and Go. A block of addresses covers nothing: TLS needs names.
 */
final class ProxyRules extends ProxySelector {
  /** This machine, and the metadata service of its instance, which no proxy can reach. */
  private static final Pattern LOCAL =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]|100\\.100\\.100\\.200");

  private final List<Proxy> proxy;
  private final List<String> exceptions;

  /**
   * @param exceptions entries of {@code NO_PROXY}
   */
  ProxyRules(String host, int port, List<String> exceptions) {
    var address = InetSocketAddress.createUnresolved(host, port);
    this.proxy = List.of(new Proxy(Proxy.Type.HTTP, address));
    this.exceptions =
        exceptions.stream().map(entry -> entry.strip().toLowerCase(Locale.ROOT)).toList();
  }

  @Override
  public List<Proxy> select(URI target) {
    var host = Objects.requireNonNullElse(target.getHost(), "").toLowerCase(Locale.ROOT);
    var withPort = host + ":" + port(target);
    return LOCAL.matcher(host).matches()
            || exceptions.stream().anyMatch(entry -> covers(entry, host) || covers(entry, withPort))
        ? List.of(Proxy.NO_PROXY)
        : proxy;
  }

  private static boolean covers(String entry, String host) {
    var name = entry.startsWith("*.") ? entry.substring(1) : entry;
    return name.equals("*")
        || host.equals(name)
        || host.equals("[" + name + "]")
        || (!name.isEmpty() && host.endsWith(name.startsWith(".") ? name : "." + name));
  }

  private static int port(URI target) {
    var usual = "http".equalsIgnoreCase(target.getScheme()) ? 80 : 443;
    return target.getPort() >= 0 ? target.getPort() : usual;
  }

  /** The call fails with the same reason. */
  @Override
  public void connectFailed(URI target, SocketAddress address, IOException failure) {}
}
