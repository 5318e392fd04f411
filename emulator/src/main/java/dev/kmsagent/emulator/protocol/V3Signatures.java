package dev.kmsagent.emulator.protocol;

import dev.kmsagent.emulator.http.Bytes;
import dev.kmsagent.emulator.http.HttpHeaders;
import dev.kmsagent.emulator.http.HttpRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads ACS3-HMAC-SHA256 claims out of the headers. */
final class V3Signatures {
  static final String ALGORITHM = "ACS3-HMAC-SHA256";
  private static final List<String> MANDATORY =
      List.of("x-acs-action", "x-acs-version", "x-acs-signature-nonce", "x-acs-content-sha256");

  private V3Signatures() {}

  static boolean presentIn(HttpRequest request) {
    return request.headers().first("authorization").filter(a -> a.startsWith("ACS3-")).isPresent();
  }

  static Result<RequestSignature> read(HttpRequest request) {
    Map<String, String> parts = parts(request.headers().first("authorization").orElse(""));
    return problem(request, parts)
        .<Result<RequestSignature>>map(Result.Refused::new)
        .orElseGet(() -> new Result.Done<>(claim(request, parts)));
  }

  /** The comma-separated {@code Name=value} parts behind the algorithm's name. */
  private static Map<String, String> parts(String authorization) {
    var parts = new TreeMap<String, String>();
    String rest = authorization.substring(authorization.indexOf(' ') + 1);
    for (String part : rest.split(",", -1)) {
      String[] sides = part.strip().split("=", 2);
      parts.put(sides[0], sides.length > 1 ? sides[1] : "");
    }
    return parts;
  }

  private static Optional<ApiError> problem(HttpRequest request, Map<String, String> parts) {
    HttpHeaders headers = request.headers();
    String algorithm = headers.first("authorization").orElse("").split(" ", 2)[0];
    if (!algorithm.equals(ALGORITHM)) {
      return Optional.of(SignatureErrors.unsupportedMethod(algorithm));
    }
    for (String part : List.of("Credential", "SignedHeaders", "Signature")) {
      if (parts.getOrDefault(part, "").isEmpty()) {
        return Optional.of(SignatureErrors.missing("Authorization: " + part));
      }
    }
    for (String name : MANDATORY) {
      if (headers.first(name).isEmpty()) {
        return Optional.of(SignatureErrors.missing(name));
      }
    }
    if (headers.first("x-acs-date").isEmpty()) {
      return Optional.of(SignatureErrors.missingTimestamp("x-acs-date"));
    }
    return unsigned(headers, signedHeaders(parts)).or(() -> wrongHash(request));
  }

  private static Optional<ApiError> unsigned(HttpHeaders headers, List<String> signed) {
    return headers.names().stream()
        .filter(name -> name.startsWith("x-acs-") && !signed.contains(name))
        .sorted()
        .findFirst()
        .map(name -> SignatureErrors.wrongSignature("The header " + name + " is not signed."));
  }

  private static Optional<ApiError> wrongHash(HttpRequest request) {
    String sent = request.headers().first("x-acs-content-sha256").orElse("");
    return sent.equalsIgnoreCase(sha256(request.body()))
        ? Optional.empty()
        : Optional.of(
            SignatureErrors.wrongSignature("x-acs-content-sha256 is not that of the body."));
  }

  private static RequestSignature claim(HttpRequest request, Map<String, String> parts) {
    HttpHeaders headers = request.headers();
    return new RequestSignature(
        SignatureScheme.V3,
        parts.getOrDefault("Credential", ""),
        headers.first("x-acs-security-token").map(SessionToken::new).orElse(null),
        headers.first("x-acs-date").orElse(""),
        headers.first("x-acs-signature-nonce").orElse(""),
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
      String value = request.headers().first(name).orElse("");
      canonical.append(name).append(':').append(value).append('\n');
    }
    canonical.append('\n').append(String.join(";", signed)).append('\n');
    canonical.append(request.headers().first("x-acs-content-sha256").orElse(""));
    return ALGORITHM + "\n" + sha256(Bytes.utf8(canonical.toString()));
  }

  private static String sha256(Bytes octets) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(octets.bytes());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
