package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Sends calls through one proxy, except those to this machine and to the hosts in a list. */
final class ProxyRules extends ProxySelector {
  /** This machine, and the metadata service of its instance, which no proxy can reach. */
  private static final List<String> LOCAL =
      List.of("localhost", "127.0.0.0/8", "::1", "100.100.100.200");

  private final List<Proxy> proxy;
  private final List<Entry> exceptions;

  /**
   * @param exceptions entries of {@code NO_PROXY}
   */
  ProxyRules(String host, int port, List<String> exceptions) {
    var address = InetSocketAddress.createUnresolved(host, port);
    this.proxy = List.of(new Proxy(Proxy.Type.HTTP, address));
    this.exceptions = Stream.concat(LOCAL.stream(), exceptions.stream()).map(Entry::parse).toList();
  }

  @Override
  public List<Proxy> select(URI target) {
    return exceptions.stream().anyMatch(entry -> entry.covers(target))
        ? List.of(Proxy.NO_PROXY)
        : proxy;
  }

  /** The call fails with the same reason. */
  @Override
  public void connectFailed(URI target, SocketAddress address, IOException failure) {}

  /**
   * One entry of {@code NO_PROXY}, in the syntax that curl and Go share: {@code *}, a name (covers
   * its subdomains, too), a name with a leading dot (covers those alone), an address, or a CIDR
   * block; names and addresses with a port if need be.
   *
   * @param hosts whether a host, in lower case, is meant
   * @param port the port that is meant; {@link #ANY_PORT} for every one
   */
  record Entry(Predicate<String> hosts, int port) {
    private static final int ANY_PORT = -1;
    private static final Pattern HOST_AND_PORT =
        Pattern.compile("(?<host>\\[[^]]+]|[^:]+):(?<port>\\d{1,5})");
    private static final Pattern CIDR = Pattern.compile("(?<network>[^/]+)/(?<bits>\\d{1,3})");

    /** Parses an entry; a malformed one becomes a name that no host has. */
    static Entry parse(String entry) {
      var text = entry.strip().toLowerCase(Locale.ROOT);
      var parts = HOST_AND_PORT.matcher(text);
      return parts.matches()
          ? new Entry(hosts(parts.group("host")), Integer.parseInt(parts.group("port")))
          : new Entry(hosts(text), ANY_PORT);
    }

    /** Whether {@code target} is to be reached without the proxy. */
    boolean covers(URI target) {
      return (port == ANY_PORT || port == port(target)) && hosts.test(host(target));
    }

    private static Predicate<String> hosts(String text) {
      if (text.equals("*")) {
        return _ -> true;
      }
      var cidr = CIDR.matcher(text);
      if (cidr.matches()) {
        var bits = Integer.parseInt(cidr.group("bits"));
        return address(cidr.group("network")).map(it -> block(it, bits)).orElse(domain(text));
      }
      return address(text).map(it -> block(it, Integer.MAX_VALUE)).orElse(domain(text));
    }

    /** The addresses whose first {@code bits} are those of {@code network}. */
    private static Predicate<String> block(InetAddress network, int bits) {
      var prefix = prefix(network, bits);
      return host ->
          address(host)
              .filter(it -> it.getAddress().length == network.getAddress().length)
              .filter(it -> prefix(it, bits).equals(prefix))
              .isPresent();
    }

    private static BigInteger prefix(InetAddress address, int bits) {
      var bytes = address.getAddress();
      return new BigInteger(1, bytes).shiftRight(Math.max(0, bytes.length * Byte.SIZE - bits));
    }

    /** A domain's subdomains and, unless a dot leads, the domain. */
    private static Predicate<String> domain(String text) {
      var name = text.startsWith("*.") ? text.substring(1) : text;
      return name.startsWith(".")
          ? host -> host.endsWith(name)
          : host -> host.equals(name) || host.endsWith("." + name);
    }

    private static Optional<InetAddress> address(String host) {
      try {
        return Optional.of(InetAddress.ofLiteral(host));
      } catch (IllegalArgumentException notAnAddress) {
        return Optional.empty();
      }
    }

    private static String host(URI target) {
      var host = target.getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }

    private static int port(URI target) {
      if (target.getPort() >= 0) {
        return target.getPort();
      }
      return "http".equalsIgnoreCase(target.getScheme()) ? 80 : 443;
    }
  }
}
