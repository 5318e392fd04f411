package dev.kmsagent.bootstrap.command;

import java.util.Locale;
import org.apache.commons.cli.Option;

/** The options that the commands with an emulator share. */
final class EmulatorOptions {
  static final Option SECRETS =
      Usage.option("secrets", "FILE", "The secrets, in TOML (default: some for demonstration).");

  private EmulatorOptions() {}

  /** Parses the number of a port to listen on, 0 for any that is free. */
  static int port(String text) {
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535) {
      throw new IllegalArgumentException("'" + text + "' is no port: 0 to 65535 are");
    }
    return Integer.parseInt(text);
  }

  /** Whether {@code identity}, in any case, is a role (rrsa) and not a key. */
  static boolean isRole(String identity) {
    return switch (identity.toLowerCase(Locale.ROOT)) {
      case "key" -> false;
      case "rrsa" -> true;
      default -> throw new IllegalArgumentException("'" + identity + "' is neither key nor rrsa");
    };
  }
}
