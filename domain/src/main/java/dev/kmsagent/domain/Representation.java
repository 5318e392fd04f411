package dev.kmsagent.domain;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * A secret as clients receive it, rendered once and sent many times, with an entity tag that
 * changes whenever the body does and discloses nothing of it (RFC 9110 8.8.3).
 *
 * <p>It holds the secret in clear, so it prints as {@code ***}. Immutable.
 */
public final class Representation {
  private final byte[] body;
  private final String entityTag;

  /** Takes {@code body} itself, without a copy: the caller does not change it afterwards. */
  public Representation(byte[] body, String entityTag) {
    this.body = body;
    this.entityTag = entityTag;
  }

  public String entityTag() {
    return entityTag;
  }

  /** The size of the body in bytes. */
  public int size() {
    return body.length;
  }

  /** The body, to be sent: a view that cannot change it, and that is not copied. */
  public ByteBuffer body() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Representation that
        && entityTag.equals(that.entityTag)
        && MessageDigest.isEqual(body, that.body);
  }

  @Override
  public int hashCode() {
    return entityTag.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
