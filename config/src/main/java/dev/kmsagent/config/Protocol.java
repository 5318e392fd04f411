package dev.kmsagent.config;

import java.util.Locale;

/** How the endpoint is spoken to; plain HTTP is for a loopback endpoint alone. */
public enum Protocol {
  HTTPS(443),
  HTTP(80);

  private final int defaultPort;

  Protocol(int defaultPort) {
    this.defaultPort = defaultPort;
  }

  public int defaultPort() {
    return defaultPort;
  }

  /** The scheme of a URL. */
  public String scheme() {
    return name().toLowerCase(Locale.ROOT);
  }
}
