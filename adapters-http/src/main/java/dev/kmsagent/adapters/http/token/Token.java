package dev.kmsagent.adapters.http.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What a client must show. It prints as {@code ***}, compares in constant time, and is read back in
 * one way only. Immutable.
 */
public final class Token {
  private final byte[] ascii;

  private Token(byte[] ascii) {
    this.ascii = ascii;
  }

  /** Reads a token; one that no header field could carry, the empty one included, is none. */
  static TokenReading read(String text) {
    if (text.isEmpty()) {
      return new TokenReading.Unusable("the token is empty");
    }
    if (!text.chars().allMatch(c -> c > ' ' && c <= '~')) {
      return new TokenReading.Unusable(
          "the token holds white space or a character that is not plain ASCII");
    }
    return new TokenReading.Usable(new Token(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The token in clear: for the header of a client that shows it, and for nothing else. */
  public String reveal() {
    return new String(ascii, StandardCharsets.US_ASCII);
  }

  boolean matches(String shown) {
    return MessageDigest.isEqual(ascii, shown.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Token that && MessageDigest.isEqual(ascii, that.ascii);
  }

  /** The same for all tokens: a hash would tell about it. */
  @Override
  public int hashCode() {
    return Token.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
