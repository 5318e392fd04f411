package dev.kmsagent.adapters.kms.transport;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One entry of {@code NO_PROXY}, in the syntax that curl and Go share: {@code *}, a name (covers
 * its subdomains, too), a name with a leading dot (covers those alone), an address, or a CIDR
 * block; names and addresses with a port if need be.
 *
 * @param port the port that is meant; {@link #ANY_PORT} for every one
 */
record NoProxyEntry(Hosts hosts, int port) {
  private static final int ANY_PORT = -1;
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(?<host>\\[[^]]+]|[^:]+):(?<port>\\d{1,5})");
  private static final Pattern CIDR = Pattern.compile("(?<network>[^/]+)/(?<bits>\\d{1,3})");

  /** Which hosts an entry means. */
  sealed interface Hosts {
    /** All. */
    record Every() implements Hosts {}

    /** A domain's subdomains and, unless {@code dotted}, the domain. */
    record Domain(String name, boolean dotted) implements Hosts {}

    /** The addresses whose first {@code bits} are those of {@code network}. */
    record Block(InetAddress network, int bits) implements Hosts {}
  }

  /** Parses an entry; a malformed one becomes a name that no host has. */
  static NoProxyEntry parse(String entry) {
    var text = entry.strip().toLowerCase(Locale.ROOT);
    var parts = HOST_AND_PORT.matcher(text);
    return parts.matches()
        ? new NoProxyEntry(hosts(parts.group("host")), Integer.parseInt(parts.group("port")))
        : new NoProxyEntry(hosts(text), ANY_PORT);
  }

  /** Whether {@code target} is to be reached without the proxy. */
  boolean covers(URI target) {
    return (port == ANY_PORT || port == port(target)) && coversHost(host(target));
  }

  private boolean coversHost(String host) {
    return switch (hosts) {
      case Hosts.Every _ -> true;
      case Hosts.Domain(var name, var dotted) ->
          host.endsWith("." + name) || (!dotted && host.equals(name));
      case Hosts.Block(var network, var bits) ->
          address(host).filter(address -> isIn(network, bits, address)).isPresent();
    };
  }

  private static Hosts hosts(String text) {
    if (text.equals("*")) {
      return new Hosts.Every();
    }
    var cidr = CIDR.matcher(text);
    if (cidr.matches()) {
      var bits = Integer.parseInt(cidr.group("bits"));
      return address(cidr.group("network")).map(it -> block(it, bits)).orElse(domain(text));
    }
    return address(text).map(it -> block(it, Integer.MAX_VALUE)).orElse(domain(text));
  }

  private static Hosts block(InetAddress network, int bits) {
    return new Hosts.Block(network, Math.min(bits, network.getAddress().length * Byte.SIZE));
  }

  private static Hosts domain(String text) {
    var name = text.startsWith("*.") ? text.substring(1) : text;
    return name.startsWith(".")
        ? new Hosts.Domain(name.substring(1), true)
        : new Hosts.Domain(name, false);
  }

  private static boolean isIn(InetAddress network, int bits, InetAddress address) {
    var wanted = network.getAddress();
    var given = address.getAddress();
    if (wanted.length != given.length) {
      return false;
    }
    var bytes = bits / Byte.SIZE;
    var mask = 0xff << (Byte.SIZE - bits % Byte.SIZE) & 0xff;
    return Arrays.equals(wanted, 0, bytes, given, 0, bytes)
        && (mask == 0 || (wanted[bytes] & mask) == (given[bytes] & mask));
  }

  private static Optional<InetAddress> address(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(unbracketed(host)));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
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
