package dev.kmsagent.adapters.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The hosts that a request may name: loopback, and those that are configured. A web page whose name
 * resolves to loopback (DNS rebinding) sends its own name, which is not among them.
 */
final class AllowedHosts {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** In lower case, without ports, IPv6 addresses in brackets. */
  private final Set<String> names;

  /**
   * Loopback and {@code configured} names, these with and without the final dot that keeps a
   * resolver from its search path: some clients send it, and some do not.
   */
  AllowedHosts(List<String> configured) {
    var all = new HashSet<>(LOOPBACK);
    for (var name : configured) {
      var canonical = canonical(name);
      all.add(canonical);
      all.add(canonical + '.');
    }
    names = Set.copyOf(all);
  }

  private static String canonical(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    var plain = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    return plain.indexOf(':') >= 0 && !plain.startsWith("[") ? '[' + plain + ']' : plain;
  }

  /** Whether these are the values of one {@code Host} field, and it names an allowed host. */
  boolean allow(List<String> fields) {
    return fields.size() == 1
        && names.contains(withoutPort(fields.getFirst()).toLowerCase(Locale.ROOT));
  }

  /** A port is a colon and digits, perhaps none, at the end (RFC 9110 7.2, RFC 3986 3.2.3). */
  private static String withoutPort(String field) {
    int end = field.length();
    while (end > 0 && field.charAt(end - 1) >= '0' && field.charAt(end - 1) <= '9') {
      end--;
    }
    return end > 0 && field.charAt(end - 1) == ':' ? field.substring(0, end - 1) : field;
  }
}
