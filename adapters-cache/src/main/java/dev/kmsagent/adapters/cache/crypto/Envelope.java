package dev.kmsagent.adapters.cache.crypto;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sealed content as it lies in the store, or what the store gives for one. Immutable; it tells
 * nothing but its size, and is not to be trusted before a {@link EntryCodec} has opened it.
 */
public final class Envelope {
  private final byte[] bytes;

  private Envelope(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the bytes as they are, without a copy: the caller has no other use for them. */
  public static Envelope of(byte[] bytes) {
    return new Envelope(bytes);
  }

  /** The bytes for the store, without a copy: the caller must not change them. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Envelope that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Envelope[" + bytes.length + "]";
  }
}
