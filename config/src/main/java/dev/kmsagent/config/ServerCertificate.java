package dev.kmsagent.config;

import dev.kmsagent.config.schema.ValueType.Parsed.Invalid;
import dev.kmsagent.config.schema.ValueType.Parsed.Valid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.Arrays;
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
  /** A key of PKCS#8 (RFC 5958), of PKCS#1 (RFC 8017) or of SEC1 (RFC 5915). */
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (|RSA |EC )PRIVATE KEY-----([^-]*)-----END");

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN ()CERTIFICATE-----([^-]*)-----END");

  /** By the algorithm of a key, one that it signs with. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION = {0x02, 0x01, 0x00};

  /** The contents of the two files: a change of either gives another value. */
  public record Pem(String certificates, String key) {
    /**
     * Reads the files.
     *
     * @throws IOException when one cannot be read; the message is for people
     */
    public static Pem read(TlsConfig files) throws IOException {
      return new Pem(text(files.certificateFile()), text(files.keyFile()));
    }

    @Override
    public String toString() {
      return "Pem[***]";
    }
  }

  /**
   * The certificate and the key of the files.
   *
   * @throws IOException when they cannot be used; the message is for people, and holds no key
   */
  public static ServerCertificate of(Pem pem) throws IOException {
    try {
      var chain = chain(pem.certificates());
      var own = chain.getFirst().getPublicKey();
      if (!SIGNATURES.containsKey(own.getAlgorithm())) {
        throw new IOException("the key of the certificate is neither RSA, EC nor EdDSA");
      }
      var key = key(pem.key(), own);
      if (!belongTogether(key, own)) {
        throw new IOException("the key is not that of the certificate");
      }
      return new ServerCertificate(chain, key);
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      // Its message may quote the file.
      throw new IOException("the key is not that of the certificate, or a file is damaged");
    }
  }

  /**
   * The certificates of a file.
   *
   * @throws IOException when there is none, or it cannot be read; the message is for people
   */
  public static List<X509Certificate> chain(Path file) throws IOException {
    return chain(text(file));
  }

  private static List<X509Certificate> chain(String pem) throws IOException {
    try {
      var factory = CertificateFactory.getInstance("X.509");
      var chain = new ArrayList<X509Certificate>();
      for (var block : CERTIFICATE.matcher(pem).results().toList()) {
        var der = new ByteArrayInputStream(decode(block));
        chain.add((X509Certificate) factory.generateCertificate(der));
      }
      if (chain.isEmpty()) {
        throw new IOException("the file of the certificate holds none in PEM");
      }
      return List.copyOf(chain);
    } catch (CertificateException | IllegalArgumentException damaged) {
      throw new IOException(
          "the file of the certificate is damaged: " + damaged.getMessage(), damaged);
    }
  }

  private static String text(Path file) throws IOException {
    var read = TextFile.read(Path.of(""), file.toString());
    if (read instanceof Invalid<String>(var wrong)) {
      throw new IOException(file + " " + wrong);
    }
    return ((Valid<String>) read).value();
  }

  private static PrivateKey key(String pem, PublicKey own)
      throws IOException, GeneralSecurityException {
    var block = KEY.matcher(pem);
    if (!block.find()) {
      throw new IOException("the file of the key holds none in PEM that is not encrypted");
    }
    var der = decode(block);
    var spec = new PKCS8EncodedKeySpec(block.group(1).isEmpty() ? der : pkcs8(der, own));
    return KeyFactory.getInstance(own.getAlgorithm()).generatePrivate(spec);
  }

  private static byte[] decode(MatchResult block) {
    return Base64.getMimeDecoder().decode(block.group(2));
  }

  /**
   * The key in the form that the JDK reads. The older forms lack the algorithm, which the public
   * key has first, in less than 128 bytes.
   */
  private static byte[] pkcs8(byte[] key, PublicKey own) {
    var encoded = ByteBuffer.wrap(own.getEncoded());
    int length = encoded.get(1) & 0xff;
    encoded.position(length < 0x80 ? 2 : 2 + length - 0x80);
    var algorithm = new byte[2 + encoded.get(encoded.position() + 1)];
    encoded.get(algorithm);
    return der(SEQUENCE, VERSION, algorithm, der(OCTET_STRING, key));
  }

  /** An element with these contents (X.690), of less than 65,536 bytes. */
  private static byte[] der(int tag, byte[]... contents) {
    int length = Arrays.stream(contents).mapToInt(content -> content.length).sum();
    var element = ByteBuffer.allocate(4 + length).put((byte) tag);
    element.put((byte) 0x82).putShort((short) length);
    Arrays.stream(contents).forEach(element::put);
    return element.array();
  }

  private static boolean belongTogether(PrivateKey key, PublicKey own)
      throws GeneralSecurityException {
    var signature = Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), ""));
    signature.initSign(key);
    var signed = signature.sign();
    signature.initVerify(own);
    return signature.verify(signed);
  }
}
