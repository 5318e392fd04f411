package dev.kmsagent.emulator.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A token of the provider: valid, unless it is given a flaw. It is signed when it is written. */
public final class IssuedToken {
  private final Claims claims;
  private final ProviderKey key;

  IssuedToken(Claims claims, ProviderKey key) {
    this.claims = claims;
    this.key = key;
  }

  /** The same for another audience. */
  public IssuedToken audience(String other) {
    return with(claims.issuer(), List.of(other), claims.issued(), claims.expires());
  }

  /** The same with the name of another issuer, and still signed by this one. */
  public IssuedToken issuer(String other) {
    return with(other, claims.audiences(), claims.issued(), claims.expires());
  }

  /** The same with this lifetime from its issue. */
  public IssuedToken livingFor(Duration lifetime) {
    Instant issued = claims.issued();
    return with(claims.issuer(), claims.audiences(), issued, issued.plus(lifetime));
  }

  /** The same, issued two lifetimes ago. */
  public IssuedToken expired() {
    Duration lifetime = Duration.between(claims.issued(), claims.expires());
    Instant end = claims.issued().minus(lifetime);
    return with(claims.issuer(), claims.audiences(), end.minus(lifetime), end);
  }

  private IssuedToken with(String issuer, List<String> audiences, Instant issued, Instant expires) {
    return new IssuedToken(
        new Claims(issuer, claims.subject(), audiences, issued, expires, claims.kubernetes()), key);
  }

  /** The same bound to a pod on a node. */
  public IssuedToken ofPod(String pod, String node) {
    var bound =
        new Claims(
            claims.issuer(),
            claims.subject(),
            claims.audiences(),
            claims.issued(),
            claims.expires(),
            Map.of("pod", pod, "node", node));
    return new IssuedToken(bound, key);
  }

  /** The same, signed by another key. */
  public IssuedToken wronglySigned() {
    return new IssuedToken(claims, key.forged());
  }

  /** The signed token in its compact form. */
  public String text() {
    return Jwt.compact(claims.json(), key);
  }

  /** Writes the signed token to a file, which is replaced atomically. */
  public void writeTo(Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, text());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Its claims, and not the token. */
  @Override
  public String toString() {
    return claims.toString();
  }
}
