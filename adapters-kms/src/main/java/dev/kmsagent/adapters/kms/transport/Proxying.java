package dev.kmsagent.adapters.kms.transport;

import java.net.PasswordAuthentication;
import java.util.List;

/** How calls leave the machine. */
public sealed interface Proxying {
  /** Without a proxy. */
  record Direct() implements Proxying {}

  /**
   * Through an HTTP proxy, but never to loopback or the instance's metadata.
   *
   * @param exceptions hosts reached directly, as entries of {@code NO_PROXY}: a name (its
   *     subdomains too), an address, a CIDR block, each with a port if need be, or {@code *}
   */
  record Through(String host, int port, Login login, List<String> exceptions) implements Proxying {
    public Through {
      exceptions = List.copyOf(exceptions);
    }
  }

  /** What the proxy is told about the caller. */
  sealed interface Login {
    /** Nothing. */
    record Anonymous() implements Login {}

    /** A name and a password (Basic, RFC 7617). */
    record Basic(PasswordAuthentication account) implements Login {}
  }
}
