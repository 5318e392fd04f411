package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.protocol.AccessKey.KeySecret;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How a request is signed. */
public enum SignatureScheme {
  /** No signature at all. */
  NONE {
    @Override
    String sign(KeySecret keySecret, String stringToSign) {
      throw new IllegalStateException("nothing is signed");
    }
  },
  /** HMAC-SHA1 of the parameters, sent as a parameter. */
  V1 {
    @Override
    String sign(KeySecret keySecret, String stringToSign) {
      byte[] mac = hmac("HmacSHA1", keySecret.value() + "&", stringToSign);
      return Base64.getEncoder().encodeToString(mac);
    }
  },
  /** ACS3-HMAC-SHA256 of parameters, headers and body, sent in the Authorization header. */
  V3 {
    @Override
    String sign(KeySecret keySecret, String stringToSign) {
      return HexFormat.of().formatHex(hmac("HmacSHA256", keySecret.value(), stringToSign));
    }
  };

  abstract String sign(KeySecret keySecret, String stringToSign);

  private static byte[] hmac(String algorithm, String keyText, String message) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(keyText.getBytes(UTF_8), algorithm));
      return mac.doFinal(message.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }
}
