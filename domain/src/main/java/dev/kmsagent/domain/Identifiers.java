package dev.kmsagent.domain;

/** The rules for every identifier that is sent to KMS. */
public final class Identifiers {
  /** In characters. */
  public static final int MAX_LENGTH = 512;

  private Identifiers() {}

  static void check(String what, String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
    if (value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          what + " must not be longer than " + MAX_LENGTH + " characters");
    }
    if (holdsControlCharacter(value)) {
      throw new IllegalArgumentException(what + " must not hold control characters");
    }
  }

  /** Whether an identifier holds a character that it must not hold. */
  public static boolean holdsControlCharacter(String value) {
    for (int i = 0; i < value.length(); i++) { // without the garbage of a stream at each read
      if (Character.isISOControl(value.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
