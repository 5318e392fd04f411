package dev.kmsagent.adapters.kms.credentials;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The OIDC token of a pod (RFC 7519). It is read and not verified: STS does that. */
public sealed interface OidcToken {
  /** The audience of the tokens that STS takes. */
  String STS_AUDIENCE = "sts.aliyuncs.com";

  /**
   * What STS compares with the role's trust policy. None of it is secret; the signature is left
   * out.
   */
  record Claims(String issuer, String subject, List<String> audiences, Instant expires)
      implements OidcToken {
    public Claims {
      audiences = List.copyOf(audiences);
    }
  }

  /** There is no such token; {@code reason} is a sentence for people. */
  record Unreadable(String reason) implements OidcToken {}

  /** Reads the token in {@code file}. */
  static OidcToken in(Path file) {
    try {
      return parse(Files.readString(file).strip());
    } catch (NoSuchFileException _) {
      return new Unreadable(
          "There is no file "
              + file
              + ": is RRSA switched on for the cluster, and the token's volume mounted in this"
              + " container?");
    } catch (AccessDeniedException _) {
      return new Unreadable(
          file + " may not be read by this user: set the pod's fsGroup, or its defaultMode.");
    } catch (IOException _) {
      return new Unreadable(file + " cannot be read as text.");
    }
  }

  /** Reads a token in its compact form. */
  static OidcToken parse(String compact) {
    var parts = compact.split("\\.", -1);
    if (parts.length != 3) {
      return new Unreadable("The file holds no JSON Web Token.");
    }
    try {
      var payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      return claims(JsonParser.parseString(payload).getAsJsonObject());
    } catch (DateTimeException
        | IllegalArgumentException
        | IllegalStateException
        | JsonParseException
        | UnsupportedOperationException _) {
      return new Unreadable("The file holds no JSON Web Token that can be read.");
    }
  }

  private static OidcToken claims(JsonObject payload) {
    return new Claims(
        text(payload, "iss"),
        text(payload, "sub"),
        audiences(payload.get("aud")),
        Optional.ofNullable(payload.get("exp"))
            .map(seconds -> Instant.ofEpochSecond(seconds.getAsLong()))
            .orElse(Instant.MAX));
  }

  private static String text(JsonObject payload, String claim) {
    return Optional.ofNullable(payload.get(claim)).map(JsonElement::getAsString).orElse("");
  }

  /** One audience may stand without a list (RFC 7519 4.1.3). */
  private static List<String> audiences(JsonElement claim) {
    return switch (claim) {
      case null -> List.of();
      case JsonArray many ->
          StreamSupport.stream(many.spliterator(), false).map(JsonElement::getAsString).toList();
      default -> List.of(claim.getAsString());
    };
  }
}
