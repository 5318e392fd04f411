package dev.kmsagent.config;

import java.util.List;

/** How calls leave the machine; loopback and instance metadata are always reached directly. */
public sealed interface Proxy {

  /** No proxy. */
  record Direct() implements Proxy {}

  /**
   * An HTTP proxy.
   *
   * @param exceptions the entries of {@code NO_PROXY}, in its syntax
   */
  record Through(String host, int port, Login login, List<String> exceptions) implements Proxy {

    public Through {
      exceptions = List.copyOf(exceptions);
    }
  }

  /** What the proxy is told about the caller. */
  sealed interface Login {

    /** Nothing. */
    record Anonymous() implements Login {}

    /** Basic authentication. */
    record Basic(String user, ConfidentialText password) implements Login {}
  }
}
