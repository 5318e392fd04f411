package dev.kmsagent.adapters.http;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which names a client may call this server by. A web page that lets its own name resolve to
 * loopback (DNS rebinding) calls it by that name, and so gets nothing.
 */
final class HostCheck {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** A host, an IP literal in brackets, and an optional port (RFC 9110 7.2). */
  private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::\\d*)?");

  private final Set<String> names;

  /** Clients call this server as they did before. */
  private volatile String lastAdmitted = "localhost";

  /** Takes names besides loopback, without ports. */
  HostCheck(Collection<String> allowed) {
    names =
        Stream.concat(LOOPBACK.stream(), allowed.stream().map(HostCheck::canonical))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the request names one host, and a known one. */
  boolean admits(RequestHead head) {
    var hosts = head.values("Host");
    return hosts.size() == 1 && admits(hosts.getFirst());
  }

  private boolean admits(String field) {
    if (field.equals(lastAdmitted)) {
      return true;
    }
    var host = HOST.matcher(field);
    boolean admitted = host.matches() && names.contains(host.group(1).toLowerCase(Locale.ROOT));
    if (admitted) {
      lastAdmitted = field;
    }
    return admitted;
  }

  private static String canonical(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return lower.indexOf(':') >= 0 && !lower.startsWith("[") ? '[' + lower + ']' : lower;
  }
}
