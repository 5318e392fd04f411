package dev.kmsagent.emulator.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A token of the provider: valid, unless it is given a flaw. It is signed when it is written. */
public final class OidcToken {
  private static final String HEADER = "{\"alg\":\"" + SigningKey.ALGORITHM + "\",\"typ\":\"JWT\"}";

  private final Claims claims;
  private final SigningKey key;

  OidcToken(Claims claims, SigningKey key) {
    this.claims = claims;
    this.key = key;
  }

  /** The same for another audience. */
  public OidcToken audience(String other) {
    return with(claims.issuer(), List.of(other), claims.issued(), claims.expires());
  }

  /** The same with the name of another issuer, and still signed by this one. */
  public OidcToken issuer(String other) {
    return with(other, claims.audiences(), claims.issued(), claims.expires());
  }

  /** The same with this lifetime from its issue. */
  public OidcToken livingFor(Duration lifetime) {
    Instant issued = claims.issued();
    return with(claims.issuer(), claims.audiences(), issued, issued.plus(lifetime));
  }

  /** The same, issued two lifetimes ago. */
  public OidcToken expired() {
    Duration lifetime = Duration.between(claims.issued(), claims.expires());
    Instant end = claims.issued().minus(lifetime);
    return with(claims.issuer(), claims.audiences(), end.minus(lifetime), end);
  }

  private OidcToken with(String issuer, List<String> audiences, Instant issued, Instant expires) {
    return new OidcToken(new Claims(issuer, claims.subject(), audiences, issued, expires), key);
  }

  /** The same, signed by another key. */
  public OidcToken wronglySigned() {
    return new OidcToken(claims, new SigningKey());
  }

  /** The signed token in its compact form. */
  public String text() {
    return Jwt.compact(HEADER, claims.json(), key);
  }

  /** Writes the signed token to a file, which is replaced atomically. */
  public void writeTo(Path file) throws IOException {
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "token", null);
    Files.writeString(fresh, text());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Its claims, and not the token. */
  @Override
  public String toString() {
    return claims.toString();
  }
}
