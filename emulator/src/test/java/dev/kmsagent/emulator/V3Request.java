package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs with ACS3-HMAC-SHA256 after the vendor's description, sharing nothing with the emulator's
 * own code.
 */
final class V3Request {
  private final Map<String, String> query = new TreeMap<>();
  private final Map<String, String> headers = new TreeMap<>();
  private String keyId = "";
  private String keySecret = "";
  private String method = "POST";

  private V3Request(String action) {
    headers.put("x-acs-action", action);
    headers.put("x-acs-version", "2016-01-20");
    headers.put("x-acs-signature-nonce", UUID.randomUUID().toString());
  }

  static V3Request of(String action) {
    return new V3Request(action);
  }

  V3Request by(String id, String secretHalf) {
    keyId = id;
    keySecret = secretHalf;
    return this;
  }

  V3Request at(Instant time) {
    return header("x-acs-date", time.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  V3Request with(String name, String value) {
    query.put(name, value);
    return this;
  }

  V3Request header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  V3Request method(String name) {
    method = name;
    return this;
  }

  HttpRequest signedFor(int port) {
    return signedFor("http://127.0.0.1:" + port);
  }

  HttpRequest signedFor(String server) {
    headers.put("x-acs-content-sha256", sha256(""));
    String signed = String.join(";", headers.keySet());
    String lines =
        headers.entrySet().stream()
            .map(field -> field.getKey() + ":" + field.getValue() + "\n")
            .collect(joining());
    String canonical =
        method + "\n/\n" + queryText() + "\n" + lines + "\n" + signed + "\n" + sha256("");
    String authorization =
        "ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s"
            .formatted(keyId, signed, hmac("ACS3-HMAC-SHA256\n" + sha256(canonical)));
    var request =
        HttpRequest.newBuilder(URI.create(server + "/?" + queryText()))
            .header("Authorization", authorization)
            .method(method, BodyPublishers.noBody());
    headers.forEach(request::header);
    return request.build();
  }

  private String queryText() {
    return query.entrySet().stream()
        .map(entry -> percent(entry.getKey()) + "=" + percent(entry.getValue()))
        .collect(joining("&"));
  }

  private static String percent(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(keySecret.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
