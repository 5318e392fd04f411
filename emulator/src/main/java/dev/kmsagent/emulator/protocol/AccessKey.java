package dev.kmsagent.emulator.protocol;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key that the emulator accepts: for ever, or with a session token and until it expires, as STS
 * mints them.
 */
public record AccessKey(
    String id, KeySecret keySecret, @Nullable SessionToken sessionToken, Instant expires) {

  /** A key of a RAM user: no token, no end. */
  public static AccessKey lasting(String id, String keySecret) {
    return new AccessKey(id, new KeySecret(keySecret), null, Instant.MAX);
  }

  /** A key as STS mints it. */
  public static AccessKey temporary(String id, String keySecret, String token, Instant expires) {
    return new AccessKey(id, new KeySecret(keySecret), new SessionToken(token), expires);
  }

  /** The token that must come with it, if any. */
  public Optional<SessionToken> token() {
    return Optional.ofNullable(sessionToken);
  }
}
