package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate authorities that are trusted: the system's, and those of a file. */
final class Authorities {
  private Authorities() {}

  /**
   * Trusts the system's authorities and those in {@code pemFile}, as it is now.
   *
   * @throws IllegalArgumentException when it cannot be read or holds no certificate
   */
  static X509ExtendedTrustManager systemAnd(Path pemFile) {
    try {
      return trusting(Stream.concat(system().stream(), from(pemFile).stream()).toList());
    } catch (IOException | GeneralSecurityException unusable) {
      throw new IllegalArgumentException("no certificates can be read from " + pemFile, unusable);
    }
  }

  private static Collection<? extends Certificate> from(Path pemFile)
      throws IOException, GeneralSecurityException {
    try (InputStream pem = Files.newInputStream(pemFile)) {
      var found = CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (found.isEmpty()) {
        throw new GeneralSecurityException("the file holds no certificate");
      }
      return found;
    }
  }

  private static List<? extends Certificate> system() throws GeneralSecurityException {
    return Arrays.asList(trustManager(null).getAcceptedIssuers());
  }

  private static X509ExtendedTrustManager trusting(List<? extends Certificate> anchors)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (var i = 0; i < anchors.size(); i++) {
      store.setCertificateEntry(Integer.toString(i), anchors.get(i));
    }
    return trustManager(store);
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
