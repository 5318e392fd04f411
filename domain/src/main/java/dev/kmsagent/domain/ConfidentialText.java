package dev.kmsagent.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A confidential text: the value of a secret as KMS sent it (binary data in base64), a password, a
 * key, the token of an agent's client, or that of a pod (RFC 7519, compact form), which is its
 * credential at STS, too. It prints as {@code ***}, compares in constant time, cannot be
 * serialised, and is read by {@link #reveal} alone. Immutable.
 */
public final class ConfidentialText {
  private static final int DIGEST = 32;

  private final byte[] utf8;

  public ConfidentialText(String content) {
    this.utf8 = content.getBytes(StandardCharsets.UTF_8);
  }

  /** The text itself, for the one place that must hand it on. */
  public String reveal() {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The size in bytes. */
  public int size() {
    return utf8.length;
  }

  /** Tells a token from any other without holding it: half of its SHA-256. */
  public String digest() {
    return Sha256.hex(utf8).substring(0, DIGEST);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfidentialText that && MessageDigest.isEqual(utf8, that.utf8);
  }

  /** The same for all, so that it discloses nothing about one. */
  @Override
  public int hashCode() {
    return ConfidentialText.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
