package dev.kmsagent.bootstrap.command;

import java.util.Locale;

/** The identity of the agent of {@code dev}. */
enum DevIdentity {
  /** The owner of an AccessKey. */
  KEY,
  /** A role, assumed with the token of an emulated service account. */
  RRSA;

  /** Parses a name, ignoring case. */
  static DevIdentity parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "key" -> KEY;
      case "rrsa" -> RRSA;
      default -> throw new IllegalArgumentException("'" + name + "' is neither key nor rrsa");
    };
  }
}
