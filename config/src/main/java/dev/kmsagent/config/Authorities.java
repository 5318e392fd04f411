package dev.kmsagent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities of a {@link Trust}, as TLS takes them. */
public final class Authorities {
  private Authorities() {}

  /**
   * Trusts the system's authorities and those in {@code pemFile}, as it is now.
   *
   * @throws IOException when it cannot be read or holds no certificate
   */
  public static X509ExtendedTrustManager systemAnd(Path pemFile) throws IOException {
    try {
      var more = from(pemFile);
      if (more.isEmpty()) {
        throw new GeneralSecurityException("the file holds no certificate");
      }
      var system = Arrays.stream(trustManager(null).getAcceptedIssuers());
      return trustManager(store(Stream.concat(system, more.stream())));
    } catch (IOException | GeneralSecurityException unusable) {
      throw new IOException("no certificates can be read from " + pemFile, unusable);
    }
  }

  static Collection<? extends Certificate> from(Path pemFile)
      throws IOException, GeneralSecurityException {
    try (var pem = Files.newInputStream(pemFile)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(pem);
    }
  }

  /** In memory alone: to write and read one, a key is derived slowly from its password. */
  private static KeyStore store(Stream<? extends Certificate> anchors)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (var anchor : anchors.toList()) {
      store.setCertificateEntry(Integer.toString(store.size()), anchor);
    }
    return store;
  }

  /** The JDK's own manager; it also checks the host's name. Null stands for the system's store. */
  private static X509ExtendedTrustManager trustManager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("no X.509 trust manager"));
  }
}
