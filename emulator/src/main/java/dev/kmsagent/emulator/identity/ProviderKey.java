package dev.kmsagent.emulator.identity;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A key that signs tokens (RFC 7518), generated at its first use; safe for many threads. */
final class ProviderKey {
  private static final int P256_BYTES = 32;

  private final String id;
  private final Algorithm algorithm;
  private @Nullable KeyPair pair;

  /** What a key signs with. */
  enum Algorithm {
    ES256("EC", 256, "SHA256withECDSAinP1363Format"),
    RS256("RSA", 2048, "SHA256withRSA");

    private final String keyType;
    private final int bits;
    private final String jdkName;

    Algorithm(String keyType, int bits, String jdkName) {
      this.keyType = keyType;
      this.bits = bits;
      this.jdkName = jdkName;
    }
  }

  ProviderKey(String id, Algorithm algorithm) {
    this(id, algorithm, null);
  }

  private ProviderKey(String id, Algorithm algorithm, @Nullable KeyPair pair) {
    this.id = id;
    this.algorithm = algorithm;
    this.pair = pair;
  }

  /** A key of somebody else, by its JWK; it verifies only. */
  static ProviderKey published(JsonObject jwk) {
    var spec = new RSAPublicKeySpec(number(jwk.get("n")), number(jwk.get("e")));
    try {
      var key = KeyFactory.getInstance("RSA").generatePublic(spec);
      return new ProviderKey(jwk.get("kid").getAsString(), Algorithm.RS256, new KeyPair(key, null));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no RSA key", e);
    }
  }

  static boolean isOfRsa(JsonObject jwk) {
    return jwk.get("kty").getAsString().equals("RSA");
  }

  private static BigInteger number(JsonElement base64) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(base64.getAsString()));
  }

  String id() {
    return id;
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /** Another key of the same name. */
  ProviderKey forged() {
    return new ProviderKey(id, algorithm);
  }

  /** The header of the tokens that it signs. */
  String header() {
    return "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + id + "\"}";
  }

  byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(algorithm.jdkName);
      signature.initSign(pair().getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with P-256 and RSA", e);
    }
  }

  /** Whether the signature is by this key. */
  boolean verifies(byte[] signature, byte[] message) {
    try {
      Signature verifier = Signature.getInstance(algorithm.jdkName);
      verifier.initVerify(pair().getPublic());
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /** Its public part as a JWK (RFC 7517). */
  JsonObject jwk() {
    PublicKey key = publicKey();
    var json = new JsonObject();
    json.addProperty("use", "sig");
    json.addProperty("kty", algorithm.keyType);
    json.addProperty("kid", id);
    json.addProperty("alg", algorithm.name());
    if (key instanceof ECPublicKey ec) {
      json.addProperty("crv", "P-256");
      json.addProperty("x", base64(ec.getW().getAffineX(), P256_BYTES));
      json.addProperty("y", base64(ec.getW().getAffineY(), P256_BYTES));
    } else if (key instanceof RSAPublicKey rsa) {
      json.addProperty("n", base64(rsa.getModulus(), algorithm.bits / Byte.SIZE));
      json.addProperty("e", base64(rsa.getPublicExponent(), 3));
    }
    return json;
  }

  private PublicKey publicKey() {
    try {
      return pair().getPublic();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256 and RSA", e);
    }
  }

  /** So many bytes, the highest first, without a sign. */
  private static String base64(BigInteger number, int bytes) {
    String hex = number.toString(16);
    byte[] all = HexFormat.of().parseHex("0".repeat(2 * bytes - hex.length()) + hex);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  private synchronized KeyPair pair() throws GeneralSecurityException {
    KeyPair made = pair;
    if (made == null) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyType);
      generator.initialize(algorithm.bits);
      made = generator.generateKeyPair();
      pair = made;
    }
    return made;
  }
}
