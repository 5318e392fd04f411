package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** An immutable run of bytes, as they stand on the wire. */
public final class Bytes {
  private static final Bytes NONE = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** No bytes at all. */
  public static Bytes none() {
    return NONE;
  }

  /** A copy of these bytes. */
  public static Bytes of(byte[] bytes) {
    return new Bytes(bytes.clone());
  }

  /** This text in UTF-8. */
  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(UTF_8));
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes read as UTF-8. */
  public String utf8() {
    return new String(bytes, UTF_8);
  }

  /** How many bytes there are. */
  public int length() {
    return bytes.length;
  }

  /** The first {@code count} bytes, or all where there are fewer. */
  public Bytes first(int count) {
    return new Bytes(Arrays.copyOf(bytes, Math.min(count, bytes.length)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The number of bytes and not their content, which may be a secret. */
  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
