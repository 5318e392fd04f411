package dev.kmsagent.adapters.http;

import java.util.List;
import java.util.Optional;

/**
 * What the listeners are told.
 *
 * @param management where there is to be a listener for health and metrics alone
 * @param allowedHosts the names besides loopback that a request may call the main listener by
 * @param pathPrefix what comes before a secret's name in a path; begins and ends with a slash
 * @param maxInFlight how many requests for secrets are handled at once
 * @param auditsReads whether a read must wait for its line in the audit trail; then none is
 *     answered on the selector's thread
 * @param processName a word that no other process has; it begins the id of every request
 */
public record HttpSettings(
    Address main,
    Optional<Address> management,
    List<String> allowedHosts,
    String pathPrefix,
    int maxInFlight,
    boolean auditsReads,
    String processName) {
  public HttpSettings {
    allowedHosts = List.copyOf(allowedHosts);
    if (!pathPrefix.startsWith("/") || !pathPrefix.endsWith("/")) {
      throw new IllegalArgumentException("a path prefix begins and ends with a slash");
    }
  }

  /** Where to listen: an IP address or host name, and a port, 0 for any that is free. */
  public record Address(String host, int port) {}
}
