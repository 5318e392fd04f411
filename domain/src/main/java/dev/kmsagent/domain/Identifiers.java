package dev.kmsagent.domain;

/** The rules for every identifier that is sent to KMS. */
final class Identifiers {
  private static final int MAX_LENGTH = 512;

  private Identifiers() {}

  static void check(String what, String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
    if (value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          what + " must not be longer than " + MAX_LENGTH + " characters");
    }
    for (int i = 0; i < value.length(); i++) { // without the garbage of a stream at each read
      if (Character.isISOControl(value.charAt(i))) {
        throw new IllegalArgumentException(what + " must not hold control characters");
      }
    }
  }
}
