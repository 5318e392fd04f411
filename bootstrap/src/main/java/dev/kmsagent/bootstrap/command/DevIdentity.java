package dev.kmsagent.bootstrap.command;

import java.util.Locale;

/** As whom the agent of {@code dev} calls the emulated KMS. */
enum DevIdentity {
  /** The owner of an AccessKey. */
  KEY,
  /** A role, assumed with the token of an emulated service account. */
  RRSA;

  /** The identity of that name, in whatever case. */
  static DevIdentity parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "key" -> KEY;
      case "rrsa" -> RRSA;
      default -> throw new IllegalArgumentException("'" + name + "' is neither key nor rrsa");
    };
  }
}
