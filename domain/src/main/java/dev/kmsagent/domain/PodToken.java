package dev.kmsagent.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The projected service account token that a pod sends (RFC 7519, compact form). It is also the
 * pod's credential at STS: it prints as {@code ***}, compares in constant time, cannot be
 * serialised, and is read in one way only. Immutable.
 */
public final class PodToken {
  private static final int DIGEST = 32;

  private final byte[] utf8;

  private PodToken(byte[] utf8) {
    this.utf8 = utf8;
  }

  public static PodToken of(String compact) {
    return new PodToken(compact.getBytes(StandardCharsets.UTF_8));
  }

  /** The token in clear: to verify it, and to send it to STS. */
  public String reveal() {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Tells it from any other without holding it: half of its SHA-256. */
  public String digest() {
    return Sha256.hex(utf8).substring(0, DIGEST);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PodToken that && MessageDigest.isEqual(utf8, that.utf8);
  }

  /** The same for all tokens, so that it discloses nothing about one. */
  @Override
  public int hashCode() {
    return PodToken.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
