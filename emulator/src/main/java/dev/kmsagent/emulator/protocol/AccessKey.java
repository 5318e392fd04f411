package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key that the emulator accepts: that of a RAM user until it is deleted, or, as STS issues them,
 * one with a session token until it expires.
 */
public record AccessKey(
    String id,
    KeySecret keySecret,
    @Nullable SessionToken sessionToken,
    Instant expires,
    List<Wildcard> readable) {
  private static final List<Wildcard> ALL = List.of(Wildcard.ANY);

  public AccessKey {
    readable = List.copyOf(readable);
  }

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
    return new AccessKey(id, new KeySecret(keySecret), null, Instant.MAX, ALL);
  }

  /** A key as STS issues it. */
  public static AccessKey temporary(String id, String keySecret, String token, Instant expires) {
    return new AccessKey(id, new KeySecret(keySecret), new SessionToken(token), expires, ALL);
  }

  /** The same key, which may read only secrets whose names match one of these patterns. */
  public AccessKey reading(String... patterns) {
    var wildcards = Stream.of(patterns).map(Wildcard::new).toList();
    return new AccessKey(id, keySecret, sessionToken, expires, wildcards);
  }

  /** The same key, which may read what another may. */
  public AccessKey readingAs(AccessKey other) {
    return new AccessKey(id, keySecret, sessionToken, expires, other.readable);
  }

  /** The same key with another end. */
  public AccessKey until(Instant end) {
    return new AccessKey(id, keySecret, sessionToken, end, readable);
  }

  /** Whether it is deleted: a key with a token only expires. */
  boolean isDeletedAt(Instant now) {
    return sessionToken == null && !now.isBefore(expires);
  }

  /** Whether it may read the value of a secret. */
  public boolean mayRead(String secretName) {
    return readable.stream().anyMatch(pattern -> pattern.matches(secretName));
  }

  /** The token that must come with it, if any. */
  public Optional<SessionToken> token() {
    return Optional.ofNullable(sessionToken);
  }
}
