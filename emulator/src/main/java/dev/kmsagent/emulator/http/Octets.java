package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** An immutable run of bytes, as they stand on the wire. */
public final class Octets {
  private static final Octets NONE = new Octets(new byte[0]);

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  /** No bytes at all. */
  public static Octets none() {
    return NONE;
  }

  /** A copy of these bytes. */
  public static Octets of(byte[] bytes) {
    return new Octets(bytes.clone());
  }

  /** This text in UTF-8. */
  public static Octets utf8(String text) {
    return new Octets(text.getBytes(UTF_8));
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
  public Octets first(int count) {
    return new Octets(Arrays.copyOf(bytes, Math.min(count, bytes.length)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets that && Arrays.equals(bytes, that.bytes);
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
