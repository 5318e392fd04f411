package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key that the emulator accepts: without an end, or, as STS issues them, with a session token and
 * until it expires.
 */
public record AccessKey(
    String id, KeySecret keySecret, @Nullable SessionToken sessionToken, Instant expires) {
  /** The secret half of an access key, hidden from every log and message. */
  public record KeySecret(String value) {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** The token that must accompany a temporary key, hidden from every log and message. */
  public record SessionToken(String value) {
    /** Equality in a time that does not depend on the content. */
    boolean matches(SessionToken other) {
      return MessageDigest.isEqual(value.getBytes(UTF_8), other.value.getBytes(UTF_8));
    }

    @Override
    public String toString() {
      return "***";
    }
  }

  /** The key of a RAM user: no token, no end. */
  public static AccessKey lasting(String id, String keySecret) {
    return new AccessKey(id, new KeySecret(keySecret), null, Instant.MAX);
  }

  /** A key as STS issues it. */
  public static AccessKey temporary(String id, String keySecret, String token, Instant expires) {
    return new AccessKey(id, new KeySecret(keySecret), new SessionToken(token), expires);
  }

  /** The token that must come with it, if any. */
  public Optional<SessionToken> token() {
    return Optional.ofNullable(sessionToken);
  }
}
