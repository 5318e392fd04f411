package dev.kmsagent.config;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import java.io.IOException;
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

/** Certificate authorities: those of the system, those in a file in PEM, or both. Thread-safe. */
public final class Authorities {
  private final boolean hasThoseOfSystem;
  private final Collection<? extends Certificate> more;
  private @Nullable X509ExtendedTrustManager trustManager;

  private Authorities(boolean hasThoseOfSystem, Collection<? extends Certificate> more) {
    this.hasThoseOfSystem = hasThoseOfSystem;
    this.more = more;
  }

  /** The system's authorities alone. */
  public static Authorities ofSystem() {
    return new Authorities(true, List.of());
  }

  /** Nothing is trusted. */
  public static Authorities none() {
    return new Authorities(false, List.of());
  }

  /**
   * These with those in {@code pemFile}, as it is now, in place of those of another file.
   *
   * @throws IOException when it cannot be read or holds no certificate
   */
  public Authorities and(Path pemFile) throws IOException {
    try {
      var ofFile = from(pemFile);
      if (ofFile.isEmpty()) {
        throw new GeneralSecurityException("the file holds no certificate");
      }
      return new Authorities(hasThoseOfSystem, ofFile);
    } catch (IOException | GeneralSecurityException unusable) {
      throw new IOException("no certificates can be read from " + pemFile, unusable);
    }
  }

  /** Trusts them. The first call reads those of the system, a good part of a start. */
  public synchronized X509ExtendedTrustManager trustManager() {
    if (trustManager == null) {
      trustManager = create();
    }
    return trustManager;
  }

  private X509ExtendedTrustManager create() {
    try {
      if (!hasThoseOfSystem) {
        return trustManager(store(more.stream()));
      }
      var system = trustManager(null);
      return more.isEmpty()
          ? system
          : trustManager(
              store(Stream.concat(Arrays.stream(system.getAcceptedIssuers()), more.stream())));
    } catch (IOException | GeneralSecurityException brokenJdk) {
      throw new IllegalStateException("this Java has no authorities", brokenJdk);
    }
  }

  static ValueType<Path> fileType() {
    return ValueTypes.path("a file of certificates in PEM");
  }

  /** The rule that the file, if one is given, must be readable and contain a certificate. */
  static Rule areIn(ConfigKey<Path> key) {
    return Rule.on(
        "`" + key.path() + "` must be readable and contain a certificate",
        values ->
            key.findIn(values).map(values::resolve).stream().allMatch(Authorities::isReadable),
        values ->
            key.problemIn(
                values, "holds no certificate that can be read", key.type().allowed().describe()),
        key);
  }

  private static boolean isReadable(Path file) {
    try {
      return !from(file).isEmpty();
    } catch (IOException | GeneralSecurityException unusable) {
      return false;
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
