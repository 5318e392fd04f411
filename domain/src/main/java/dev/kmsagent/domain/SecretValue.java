package dev.kmsagent.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The confidential part of a secret, as KMS sent it: text, or binary data in base64.
 *
 * <p>It prints as {@code ***}, compares in constant time, cannot be serialised, and is read in one
 * way only. Immutable.
 */
public final class SecretValue {
  private final byte[] utf8;

  private SecretValue(byte[] utf8) {
    this.utf8 = utf8;
  }

  public static SecretValue of(String data) {
    return new SecretValue(data.getBytes(StandardCharsets.UTF_8));
  }

  /** The value in clear: for the body that goes to the client, and for nothing else. */
  public String reveal() {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The size in bytes. */
  public int size() {
    return utf8.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SecretValue that && MessageDigest.isEqual(utf8, that.utf8);
  }

  /** The same for all values: a hash of a secret would tell about it. */
  @Override
  public int hashCode() {
    return SecretValue.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
