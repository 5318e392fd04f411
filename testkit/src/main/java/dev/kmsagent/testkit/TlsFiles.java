package dev.kmsagent.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for {@code localhost} that is its own authority, and its key, in files that may be
 * replaced: by {@code keytool}, for tests only.
 */
public record TlsFiles(Path certificate, Path key) {
  private static final String KNOWN = "testing";
  private static final String ALIAS = "server";

  /** Those in {@code folder}, not written yet. */
  public static TlsFiles in(Path folder) {
    return new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
  }

  /**
   * Writes a new certificate, good for a day from {@code start} on (keytool's form), and its key.
   */
  public TlsFiles write(String start) {
    return write(start, "san=dns:localhost,ip:127.0.0.1");
  }

  /** The same with another extension, in keytool's form. */
  public TlsFiles write(String start, String extension) {
    try {
      var store = Files.createTempFile("tls", ".p12");
      Files.delete(store);
      var _ =
          SystemCommand.of(SystemCommand.jdk("keytool"), "-genkeypair", "-keystore", store)
              .and("-storepass", KNOWN, "-alias", ALIAS, "-dname", "CN=test", "-validity", "1")
              .and("-startdate", start, "-keyalg", "EC", "-groupname", "secp256r1")
              .and("-ext", extension, "-J-XX:TieredStopAtLevel=1")
              .run()
              .outputOfSuccess();
      var keys = KeyStore.getInstance(store.toFile(), KNOWN.toCharArray());
      Files.delete(store);
      Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
      Files.writeString(
          key, pem("PRIVATE KEY", keys.getKey(ALIAS, KNOWN.toCharArray()).getEncoded()));
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new AssertionError(failed);
    }
  }

  /** The same, good from now on. */
  public TlsFiles write() {
    return write("-1H");
  }

  private static String pem(String kind, byte[] der) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, new String(lines, US_ASCII));
  }

  /** A server with the certificate and the key as they are now. */
  public SSLContext server() {
    try {
      var encoded = Files.readString(key).split("-----", -1)[2];
      var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(encoded));
      var keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          ALIAS,
          KeyFactory.getInstance("EC").generatePrivate(spec),
          KNOWN.toCharArray(),
          new Certificate[] {read(certificate)});
      var managers = KeyManagerFactory.getInstance("PKIX");
      managers.init(keys, KNOWN.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new AssertionError(failed);
    }
  }

  /** A client that trusts the certificate as it is now. */
  public SSLContext client() {
    return client(this);
  }

  /** A client that trusts these certificates as they are now. */
  public static SSLContext client(TlsFiles... all) {
    try {
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (var one : all) {
        trusted.setCertificateEntry(one.certificate.toString(), read(one.certificate));
      }
      var managers = TrustManagerFactory.getInstance("PKIX");
      managers.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new AssertionError(failed);
    }
  }

  private static Certificate read(Path file) throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
