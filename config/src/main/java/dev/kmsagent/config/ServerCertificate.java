package dev.kmsagent.config;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The certificate of a server and its key.
 *
 * @param chain the server's certificate first, then those of the authorities between; not empty
 */
public record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN (CERTIFICATE)-----([^-]+)-----END");

  /** A key of PKCS#8 (RFC 5958), of PKCS#1 (RFC 8017) or of SEC1 (RFC 5915). */
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (|RSA |EC )PRIVATE KEY-----([^-]+)-----END");

  /** By the algorithm of a key, one that it signs with. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  /**
   * The certificate and the key in {@code pem}.
   *
   * @throws IllegalArgumentException when they cannot be used; the message is for people, and holds
   *     no key
   */
  public static ServerCertificate of(ConfidentialText pem) {
    var chain = chain(pem.reveal());
    var block = KEY.matcher(pem.reveal());
    if (!block.find()) {
      throw new IllegalArgumentException("there is no key in PEM that is not encrypted");
    }
    try {
      return new ServerCertificate(chain, key(block, chain.getFirst().getPublicKey()));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "the key is damaged, not that of the certificate, or neither RSA, EC nor EdDSA");
    }
  }

  /**
   * The certificates of a file.
   *
   * @throws IllegalArgumentException when there is none, or it cannot be read; the message is for
   *     people
   */
  public static List<X509Certificate> chain(Path file) {
    return chain(text(file));
  }

  /**
   * The certificates in {@code pem}.
   *
   * @throws IllegalArgumentException when there is none, or it cannot be read; the message is for
   *     people
   */
  public static List<X509Certificate> chain(String pem) {
    var chain = new ArrayList<X509Certificate>();
    try {
      var factory = CertificateFactory.getInstance("X.509");
      for (var block : CERTIFICATE.matcher(pem).results().toList()) {
        var der = new ByteArrayInputStream(decode(block));
        chain.add((X509Certificate) factory.generateCertificate(der));
      }
    } catch (CertificateException | IllegalArgumentException damaged) {
      throw new IllegalArgumentException(
          "a certificate is damaged: " + damaged.getMessage(), damaged);
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("there is no certificate in PEM");
    }
    return chain.stream().distinct().toList();
  }

  static String text(Path file) {
    var read = TextFile.read(Path.of(""), file.toString());
    if (read instanceof Invalid<String>(var wrong)) {
      throw new IllegalArgumentException(file + " " + wrong);
    }
    return ((Valid<String>) read).value();
  }

  private static byte[] decode(MatchResult block) {
    return Base64.getMimeDecoder().decode(block.group(2));
  }

  private static PrivateKey key(MatchResult block, PublicKey shown)
      throws GeneralSecurityException {
    var der = decode(block);
    var spec = new PKCS8EncodedKeySpec(block.group(1).isEmpty() ? der : pkcs8(der, shown));
    var key = KeyFactory.getInstance(shown.getAlgorithm()).generatePrivate(spec);
    var signature = Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), ""));
    signature.initSign(key);
    var signed = signature.sign();
    signature.initVerify(shown);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException();
    }
    return key;
  }

  /**
   * The key in the form that the JDK reads: a version, the algorithm, and the key in an older form,
   * which lacks the algorithm. The public key has it first, in less than 128 bytes (RFC 5280).
   */
  private static byte[] pkcs8(byte[] key, PublicKey shown) {
    var encoded = ByteBuffer.wrap(shown.getEncoded());
    int length = encoded.get(1) & 0xff;
    encoded.position(length < 0x80 ? 2 : 2 + length - 0x80);
    encoded.limit(encoded.position() + 2 + encoded.get(encoded.position() + 1));
    int all = 3 + encoded.remaining() + 4 + key.length;
    return ByteBuffer.allocate(4 + all)
        .putShort((short) 0x3082)
        .putShort((short) all)
        .put(new byte[] {0x02, 0x01, 0x00})
        .put(encoded)
        .putShort((short) 0x0482)
        .putShort((short) key.length)
        .put(key)
        .array();
  }
}
