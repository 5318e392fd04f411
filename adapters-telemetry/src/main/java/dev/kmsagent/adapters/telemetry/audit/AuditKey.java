package dev.kmsagent.adapters.telemetry.audit;

import dev.kmsagent.domain.ConfidentialText;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;

/** The key pair that signs audit lines: Ed25519 (RFC 8032). */
public final class AuditKey {
  private static final String ALGORITHM = "Ed25519";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";

  /** Before the signature of a line, which is that of the text up to here. */
  static final String FIELD = ",\"signature\":\"";

  private static final byte[] PROBE = {1};

  private final PrivateKey key;
  private final PublicKey publicKey;

  private AuditKey(PrivateKey key, PublicKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * The pair in {@code pem}: the private key in PKCS#8 (RFC 5958), and the public one.
   *
   * @throws IllegalArgumentException when there is none; the message is for people, and holds no
   *     key
   */
  public static AuditKey of(ConfidentialText pem) {
    try {
      var keys = KeyFactory.getInstance(ALGORITHM);
      var secret = keys.generatePrivate(new PKCS8EncodedKeySpec(block(PRIVATE, pem.reveal())));
      var pair = new AuditKey(secret, publicKey(pem.reveal()));
      if (!isSigned(pair.publicKey, PROBE, pair.sign(PROBE))) {
        throw new IllegalArgumentException("its private and its public key are no pair");
      }
      return pair;
    } catch (GeneralSecurityException damaged) {
      throw new IllegalArgumentException("it is damaged, or not of Ed25519", damaged);
    }
  }

  /** A new pair, in PEM. */
  public static ConfidentialText create() {
    try {
      var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new ConfidentialText(
          pem(PRIVATE, pair.getPrivate().getEncoded())
              + pem(PUBLIC, pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException brokenJdk) {
      throw new IllegalStateException("this Java has no Ed25519", brokenJdk);
    }
  }

  /**
   * The public key in {@code pem}, or without the lines around it.
   *
   * @throws IllegalArgumentException when there is none; the message is for people
   */
  public static PublicKey publicKey(String pem) {
    try {
      var der =
          pem.contains("-----") ? block(PUBLIC, pem) : decoded(Base64.getDecoder(), pem.strip());
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException damaged) {
      throw new IllegalArgumentException(
          "it is damaged, or neither a public key of Ed25519 nor a file with one", damaged);
    }
  }

  private static byte[] block(String kind, String pem) throws InvalidKeyException {
    var block = Pattern.compile("-----BEGIN " + kind + "-----([^-]+)-----END").matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException("it has no block BEGIN " + kind);
    }
    return decoded(Base64.getMimeDecoder(), block.group(1));
  }

  private static byte[] decoded(Base64.Decoder decoder, String text) throws InvalidKeyException {
    try {
      return decoder.decode(text);
    } catch (IllegalArgumentException damaged) {
      throw new InvalidKeyException(damaged);
    }
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(kind, Base64.getEncoder().encodeToString(der));
  }

  /** The public key as in the lines of an audit: the base64 of its DER (RFC 8410). */
  public String publicKey() {
    return Base64.getEncoder().encodeToString(publicKey.getEncoded());
  }

  String sign(byte[] text) throws GeneralSecurityException {
    var signature = Signature.getInstance(ALGORITHM);
    signature.initSign(key);
    signature.update(text);
    return Base64.getEncoder().encodeToString(signature.sign());
  }

  /** Whether {@code signature} of the text is by this key. */
  static boolean isSigned(PublicKey by, byte[] text, String signature) {
    try {
      var check = Signature.getInstance(ALGORITHM);
      check.initVerify(by);
      check.update(text);
      var bytes = Base64.getDecoder().decode(signature);
      return check.verify(bytes) && Base64.getEncoder().encodeToString(bytes).equals(signature);
    } catch (GeneralSecurityException | IllegalArgumentException otherForm) {
      return false;
    }
  }
}
