package dev.kmsagent.config.loading;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host, and a port or none.
 *
 * @param host a host name or an IP address, an IPv6 address in brackets
 * @param port 0 for none
 */
record HostPort(String host, int port) {
  private static final Pattern WRITTEN =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::([1-9][0-9]{0,4}))?");
  private static final int LAST_PORT = 65535;

  static Optional<HostPort> parse(String text) {
    Matcher written = WRITTEN.matcher(text);
    if (!written.matches() || !Names.isHost(written.group(1))) {
      return Optional.empty();
    }
    int port = written.group(2) == null ? 0 : Integer.parseInt(written.group(2));
    return port <= LAST_PORT ? Optional.of(new HostPort(written.group(1), port)) : Optional.empty();
  }

  int portOr(int standard) {
    return port == 0 ? standard : port;
  }

  @Override
  public String toString() {
    return port == 0 ? host : host + ":" + port;
  }
}
