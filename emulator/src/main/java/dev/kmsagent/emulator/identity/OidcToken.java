package dev.kmsagent.emulator.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A token before it is signed: good as it comes, and made bad in one way after another. */
public final class OidcToken {
  private static final Duration USUAL_LIFE = Duration.ofHours(1);
  private static final String HEADER = "{\"alg\":\"" + SigningKey.ALGORITHM + "\",\"typ\":\"JWT\"}";

  private final Claims claims;
  private final SigningKey key;

  private OidcToken(Claims claims, SigningKey key) {
    this.claims = claims;
    this.key = key;
  }

  static OidcToken good(String issuer, String subject, Instant now, SigningKey key) {
    Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
    var audiences = List.of(OidcProvider.AUDIENCE);
    return new OidcToken(
        new Claims(issuer, subject, audiences, issued, issued.plus(USUAL_LIFE)), key);
  }

  /** What it says. */
  public Claims claims() {
    return claims;
  }

  /** The same for another audience. */
  public OidcToken audience(String other) {
    var audiences = List.of(other);
    return with(
        new Claims(
            claims.issuer(), claims.subject(), audiences, claims.issued(), claims.expires()));
  }

  /** The same under the name of another issuer, and still signed by this one. */
  public OidcToken issuer(String other) {
    return with(
        new Claims(other, claims.subject(), claims.audiences(), claims.issued(), claims.expires()));
  }

  /** The same with this much of life from its issue. */
  public OidcToken livingFor(Duration span) {
    Instant end = claims.issued().plus(span);
    return with(
        new Claims(claims.issuer(), claims.subject(), claims.audiences(), claims.issued(), end));
  }

  /** The same, issued two lives ago. */
  public OidcToken expired() {
    Duration life = Duration.between(claims.issued(), claims.expires());
    Instant issued = claims.issued().minus(life.multipliedBy(2));
    Instant end = issued.plus(life);
    return with(new Claims(claims.issuer(), claims.subject(), claims.audiences(), issued, end));
  }

  /** The same, signed by somebody else. */
  public OidcToken wronglySigned() {
    return new OidcToken(claims, new SigningKey());
  }

  /** The signed token in its compact form. */
  public String text() {
    return Jwt.compact(HEADER, claims.json(), key);
  }

  /**
   * Puts the signed token into a file, in place of what is there, so that a reader sees the old one
   * or the new one and nothing else.
   */
  public void writeTo(Path file) throws IOException {
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "token", null);
    Files.writeString(fresh, text());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private OidcToken with(Claims others) {
    return new OidcToken(others, key);
  }

  /** What it says, and not the token. */
  @Override
  public String toString() {
    return claims.toString();
  }
}
