package dev.kmsagent.emulator.protocol;

import java.util.Map;
import java.util.TreeMap;

/**
 * Queries with a right signature of version 1, which {@link SignatureVerifierTest} has vectors of.
 */
public final class SignedQuery {
  private SignedQuery() {}

  /** Signs a request by {@code method} with these parameters, those of the key included. */
  public static String of(String method, String keySecret, Map<String, String> parameters) {
    var values = new TreeMap<>(parameters);
    values.put("SignatureMethod", "HMAC-SHA1");
    values.put("SignatureVersion", "1.0");
    var canonical = new Parameters(values).canonical();
    var signature =
        SignatureScheme.V1.sign(
            new AccessKey.KeySecret(keySecret), method + "&%2F&" + Parameters.encode(canonical));
    return canonical + "&Signature=" + Parameters.encode(signature);
  }
}
