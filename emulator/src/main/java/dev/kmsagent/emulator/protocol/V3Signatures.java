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

/** Reads ACS3-HMAC-SHA256 signatures from the headers. */
final class V3Signatures {
  private static final String ALGORITHM = "ACS3-HMAC-SHA256";
  private static final String DATE = "x-acs-date";
  private static final List<String> MANDATORY =
      List.of("x-acs-action", "x-acs-version", "x-acs-signature-nonce", "x-acs-content-sha256");

  private V3Signatures() {}

  static boolean presentIn(HttpRequest request) {
    return header(request, "authorization").startsWith("ACS3-");
  }

  static RequestSignature read(HttpRequest request) {
    String authorization = header(request, "authorization");
    String algorithm = authorization.split(" ", 2)[0];
    ApiErrors.unsupportedSignature(algorithm).unless(algorithm.equals(ALGORITHM));
    Map<String, String> parts = parts(authorization);
    for (String part : List.of("Credential", "SignedHeaders", "Signature")) {
      ApiErrors.missing("Authorization: " + part).unless(!part(parts, part).isEmpty());
    }
    for (String name : MANDATORY) {
      ApiErrors.missing(name).unless(request.header(name).isPresent());
    }
    ApiErrors.missingTimestamp(DATE).unless(request.header(DATE).isPresent());
    List<String> signed = List.of(part(parts, "SignedHeaders").split(";"));
    verifyContent(request, signed);
    return new RequestSignature(
        SignatureScheme.V3,
        part(parts, "Credential"),
        request.header("x-acs-security-token").map(SessionToken::new).orElse(null),
        header(request, DATE),
        header(request, "x-acs-signature-nonce"),
        part(parts, "Signature"),
        stringToSign(request, signed));
  }

  private static String part(Map<String, String> parts, String name) {
    return parts.getOrDefault(name, "");
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

  /** Every header of the protocol is signed, and so is the body. */
  private static void verifyContent(HttpRequest request, List<String> signed) {
    for (String name : request.headers().keySet()) {
      ApiErrors.unsigned("The header " + name + " is not signed.")
          .unless(!name.startsWith("x-acs-") || signed.contains(name));
    }
    ApiErrors.unsigned("x-acs-content-sha256 is not that of the body.")
        .unless(header(request, "x-acs-content-sha256").equalsIgnoreCase(sha256(request.body())));
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
