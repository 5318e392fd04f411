package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads ACS3-HMAC-SHA256 signatures from the headers. */
final class V3Signatures {
  private static final String ALGORITHM = "ACS3-HMAC-SHA256";
  private static final List<String> MANDATORY =
      List.of("x-acs-action", "x-acs-version", "x-acs-signature-nonce", "x-acs-content-sha256");

  private V3Signatures() {}

  static boolean presentIn(HttpRequest request) {
    return header(request, "authorization").startsWith("ACS3-");
  }

  static Result<RequestSignature> read(HttpRequest request) {
    Map<String, String> parts = parts(header(request, "authorization"));
    return Result.unless(problem(request, parts), signature(request, parts));
  }

  /** The comma-separated {@code Name=value} parts behind the algorithm's name. */
  private static Map<String, String> parts(String authorization) {
    var parts = new HashMap<String, String>();
    String rest = authorization.substring(authorization.indexOf(' ') + 1);
    for (String part : rest.split(",", -1)) {
      String[] sides = part.strip().split("=", 2);
      parts.put(sides[0], sides.length > 1 ? sides[1] : "");
    }
    return parts;
  }

  private static Optional<ApiError> problem(HttpRequest request, Map<String, String> parts) {
    String algorithm = header(request, "authorization").split(" ", 2)[0];
    if (!algorithm.equals(ALGORITHM)) {
      return Optional.of(ApiErrors.unsupportedSignature(algorithm));
    }
    for (String part : List.of("Credential", "SignedHeaders", "Signature")) {
      if (parts.getOrDefault(part, "").isEmpty()) {
        return Optional.of(ApiErrors.missing("Authorization: " + part));
      }
    }
    for (String name : MANDATORY) {
      if (request.header(name).isEmpty()) {
        return Optional.of(ApiErrors.missing(name));
      }
    }
    return request.header("x-acs-date").isEmpty()
        ? Optional.of(ApiErrors.missingTimestamp("x-acs-date"))
        : unsignedHeader(request, signedHeaders(parts)).or(() -> wrongHash(request));
  }

  private static Optional<ApiError> unsignedHeader(HttpRequest request, List<String> signed) {
    return request.headers().keySet().stream()
        .filter(name -> name.startsWith("x-acs-") && !signed.contains(name))
        .sorted()
        .findFirst()
        .map(name -> ApiErrors.unsigned("The header " + name + " is not signed."));
  }

  private static Optional<ApiError> wrongHash(HttpRequest request) {
    return header(request, "x-acs-content-sha256").equalsIgnoreCase(sha256(request.body()))
        ? Optional.empty()
        : Optional.of(ApiErrors.unsigned("x-acs-content-sha256 is not that of the body."));
  }

  private static RequestSignature signature(HttpRequest request, Map<String, String> parts) {
    return new RequestSignature(
        SignatureScheme.V3,
        parts.getOrDefault("Credential", ""),
        request.header("x-acs-security-token").map(SessionToken::new).orElse(null),
        header(request, "x-acs-date"),
        header(request, "x-acs-signature-nonce"),
        parts.getOrDefault("Signature", ""),
        stringToSign(request, signedHeaders(parts)));
  }

  private static List<String> signedHeaders(Map<String, String> parts) {
    return List.of(parts.getOrDefault("SignedHeaders", "").split(";"));
  }

  private static String stringToSign(HttpRequest request, List<String> signed) {
    var canonical = new StringBuilder();
    canonical.append(request.method()).append('\n').append(request.path()).append('\n');
    canonical.append(Parameters.parse(request.query()).canonical()).append('\n');
    for (String name : signed) {
      canonical.append(name).append(':').append(header(request, name)).append('\n');
    }
    canonical.append('\n').append(String.join(";", signed)).append('\n');
    canonical.append(header(request, "x-acs-content-sha256"));
    return ALGORITHM + "\n" + sha256(canonical.toString());
  }

  private static String header(HttpRequest request, String name) {
    return request.header(name).orElse("");
  }

  private static String sha256(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
