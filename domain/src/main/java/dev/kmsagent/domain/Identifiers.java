package dev.kmsagent.domain;

import java.util.Optional;

/** The rules for every identifier that is sent to KMS. */
public final class Identifiers {
  /** In characters. */
  private static final int MAX_LENGTH = 512;

  private Identifiers() {}

  static void check(String what, String value) {
    var flaw = flaw(value);
    if (flaw.isPresent()) {
      throw new IllegalArgumentException(what + " " + flaw.get());
    }
  }

  /** What is wrong with an identifier, in words that follow what it is; empty if it may be sent. */
  public static Optional<String> flaw(String value) {
    if (value.isEmpty()) {
      return Optional.of("is empty");
    }
    if (value.length() > MAX_LENGTH) {
      return Optional.of("is longer than " + MAX_LENGTH + " characters");
    }
    return holdsControlCharacter(value)
        ? Optional.of("holds a control character")
        : Optional.empty();
  }

  private static boolean holdsControlCharacter(String value) {
    for (int i = 0; i < value.length(); i++) { // without the garbage of a stream at each read
      if (Character.isISOControl(value.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
