package dev.kmsagent.config;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * 256 bits that seal what leaves the process, and open it again. It shows {@code ***}, compares in
 * constant time, cannot be serialised, and is read by {@link #reveal} alone.
 */
public final class EncryptionKey {
  /** How long each key is. */
  public static final int BYTES = 32;

  private final byte[] content;

  public EncryptionKey(byte[] content) {
    if (content.length != BYTES) {
      throw new IllegalArgumentException("%d bytes, not %d".formatted(BYTES, content.length));
    }
    this.content = content.clone();
  }

  /** The bytes of the key as a copy, for the one place that must hand them on. */
  public byte[] reveal() {
    return content.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EncryptionKey that && MessageDigest.isEqual(content, that.content);
  }

  /** The same for every key, so that it discloses nothing about one. */
  @Override
  public int hashCode() {
    return EncryptionKey.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
