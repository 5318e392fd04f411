package dev.kmsagent.emulator.session;

import java.util.List;
import java.util.Locale;

/**
 * From where an emulator is reached.
 *
 * @param isOpen whether it listens on all addresses of this machine, or on loopback
 * @param hostNames the names by which others call it
 */
public record Reach(boolean isOpen, List<String> hostNames) {
  public static final Reach LOOPBACK = new Reach(false, List.of());

  public Reach {
    hostNames = List.copyOf(hostNames);
  }

  /** Parses a name by which others call this machine. */
  public static String hostName(String text) {
    if (!text.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")) {
      throw new IllegalArgumentException("'" + text + "' is no host name");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  /** The host under which others reach a port. */
  public String host() {
    return hostNames.isEmpty() ? "127.0.0.1" : hostNames.getFirst();
  }

  /** A line for who starts it. */
  public String warning() {
    return isOpen ? "It listens on all addresses: who reaches this machine can use it.\n" : "";
  }
}
