package dev.kmsagent.domain;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A secret as clients receive it, rendered once and sent many times. It may have an alternative,
 * for clients of another API.
 *
 * <p>It holds the secret in clear, so it prints as {@code ***}. Immutable.
 */
public final class Representation {
  private final byte[] body;
  private final @Nullable Representation alternative;

  /** Takes {@code body} itself, without a copy: the caller does not change it afterwards. */
  public Representation(byte[] body) {
    this(body, null);
  }

  private Representation(byte[] body, @Nullable Representation alternative) {
    this.body = body;
    this.alternative = alternative;
  }

  /** The same with the secret as clients of another API receive it. */
  public Representation or(Representation other) {
    return new Representation(body, other);
  }

  /** The alternative; itself without one. */
  public Representation alternative() {
    return alternative == null ? this : alternative;
  }

  /** The size of the body in bytes, and that of the alternative. */
  public int size() {
    return body.length + (alternative == null ? 0 : alternative.size());
  }

  /** The body, to be sent: a view that cannot change it, and that is not copied. */
  public ByteBuffer body() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Representation that && MessageDigest.isEqual(body, that.body);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(body);
  }

  @Override
  public String toString() {
    return "***";
  }
}
