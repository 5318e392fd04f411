package dev.kmsagent.adapters.kms.credentials;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * What the OIDC token of a pod (RFC 7519) says of it and STS compares with the role's trust policy.
 * The token is read and not verified: STS does that. None of it is secret.
 */
record OidcToken(String issuer, String subject) {
  /** Stands for a subject that is not known. */
  static final String ANY_SUBJECT = "system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT";

  /** Stands for a token that cannot be read. */
  static final OidcToken PLACEHOLDER = new OidcToken("ISSUER-OF-THE-CLUSTER", ANY_SUBJECT);

  /** Reads the token in {@code file}; placeholders stand for the claims that cannot be read. */
  static OidcToken in(Path file) {
    try {
      return parse(Files.readString(file).strip()).orElse(PLACEHOLDER);
    } catch (IOException _) {
      return PLACEHOLDER;
    }
  }

  /** Reads a token in its compact form; empty if it is none. */
  static Optional<OidcToken> parse(String compact) {
    return claims(compact).flatMap(OidcToken::of);
  }

  /** When nine tenths of the life of a token have passed; far away if it does not tell its end. */
  static Instant renewalDue(String compact) {
    var claims = claims(compact).orElseGet(JsonObject::new);
    var end = seconds(claims, "exp", Instant.MAX.getEpochSecond());
    return Instant.ofEpochSecond(end - (end - seconds(claims, "iat", end)) / 10);
  }

  private static long seconds(JsonObject claims, String name, long otherwise) {
    return claims.get(name) instanceof JsonPrimitive it && it.toString().matches("\\d{1,12}")
        ? it.getAsLong()
        : otherwise;
  }

  private static Optional<JsonObject> claims(String compact) {
    var parts = compact.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      return StrictJson.object(Base64.getUrlDecoder().decode(parts[1]));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static Optional<OidcToken> of(JsonObject claims) {
    return StrictJson.string(claims, "iss")
        .flatMap(
            issuer ->
                StrictJson.string(claims, "sub").map(subject -> new OidcToken(issuer, subject)));
  }
}
