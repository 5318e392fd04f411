package dev.kmsagent.bootstrap.command;

import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * From where an emulator is reached.
 *
 * @param isOpen whether it listens on all addresses of this machine, or on loopback
 * @param hostNames the names by which others call it
 */
record Reach(boolean isOpen, List<String> hostNames) {
  static final Reach LOOPBACK = new Reach(false, List.of());

  Reach {
    hostNames = List.copyOf(hostNames);
  }

  static Reach of(Arguments arguments) throws ParseException {
    return new Reach(
        arguments.has(EmulatorOptions.LISTEN),
        arguments.values(EmulatorOptions.HOST_NAME, Reach::hostName));
  }

  private static String hostName(String text) {
    if (!text.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")) {
      throw new IllegalArgumentException("'" + text + "' is no host name");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  /** The port that was chosen, or else a fixed one if others have to know it. */
  int port(Arguments arguments, Option option, int fixed) throws ParseException {
    return arguments.value(option, EmulatorOptions::port).orElse(isOpen ? fixed : 0);
  }

  /** The host under which others reach a port. */
  String host() {
    return hostNames.isEmpty() ? "127.0.0.1" : hostNames.getFirst();
  }

  /** A line for who starts it. */
  String warning() {
    return isOpen ? "It listens on all addresses: who reaches this machine can use it.\n" : "";
  }
}
