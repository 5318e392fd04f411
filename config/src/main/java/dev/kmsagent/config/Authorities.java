package dev.kmsagent.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Certificate authorities: those of the system, those in a file in PEM, or both. Thread-safe. */
public final class Authorities {
  private static final String VARIABLE = "SSL_CERT_FILE";

  /** Where Debian, Fedora and the systems derived from them have a bundle. */
  private static final List<Path> BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  private static final Authorities OF_SYSTEM = new Authorities(true, List.of());

  private final boolean hasThoseOfSystem;
  private final List<X509Certificate> more;
  private @Nullable X509ExtendedTrustManager trustManager;

  private Authorities(boolean hasThoseOfSystem, List<X509Certificate> more) {
    this.hasThoseOfSystem = hasThoseOfSystem;
    this.more = more;
  }

  /** The system's authorities alone, which are those in its {@link #bundle}, read once. */
  public static Authorities ofSystem() {
    return OF_SYSTEM;
  }

  /**
   * The file of the system's authorities: the one that {@code SSL_CERT_FILE} names, else the first
   * usual one that is not empty; none where they are those of the JDK's own list.
   */
  public static Optional<Path> bundle() {
    return bundle(Optional.ofNullable(System.getenv(VARIABLE)), BUNDLES);
  }

  static Optional<Path> bundle(Optional<String> variable, List<Path> usual) {
    return variable
        .filter(name -> !name.isEmpty())
        .map(Path::of)
        .or(() -> usual.stream().filter(file -> file.toFile().length() > 0).findFirst());
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
      return new Authorities(hasThoseOfSystem, ServerCertificate.chain(pemFile));
    } catch (IllegalArgumentException unusable) {
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
      if (more.isEmpty()) {
        return trusting(bundle());
      }
      var ofSystem = Arrays.stream(OF_SYSTEM.trustManager().getAcceptedIssuers());
      return trustManager(store(Stream.concat(ofSystem, more.stream())));
    } catch (IOException | GeneralSecurityException brokenJdk) {
      throw new IllegalStateException("this Java has no authorities", brokenJdk);
    }
  }

  static X509ExtendedTrustManager trusting(Optional<Path> bundle)
      throws IOException, GeneralSecurityException {
    return trustManager(bundle.isPresent() ? store(in(bundle.get())) : null);
  }

  /** TLS that trusts {@code trusted}. */
  public static SSLContext tls(TrustManager... trusted) {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted, null);
      return context;
    } catch (GeneralSecurityException brokenJdk) {
      throw new IllegalStateException("this Java has no TLS", brokenJdk);
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

  /** The rule that the file that {@code SSL_CERT_FILE} names must do, too. */
  static Rule areInBundle() {
    return Rule.on(
        "`" + VARIABLE + "` must be readable and contain a certificate",
        values ->
            values.variable(VARIABLE).map(Path::of).stream()
                .allMatch(bundle -> in(bundle).findFirst().isPresent()),
        _ -> new Problem(Origin.variable(VARIABLE), "it", "names no file with a certificate"));
  }

  /** Those in a bundle; what cannot be read is left out. */
  private static Stream<Certificate> in(Path bundle) {
    try {
      var blocks = Files.readString(bundle, ISO_8859_1).split("-----BEGIN CERTIFICATE-----");
      var factory = CertificateFactory.getInstance("X.509");
      return Arrays.stream(blocks).skip(1).flatMap(block -> certificate(block, factory));
    } catch (IOException | CertificateException unreadable) {
      return Stream.of();
    }
  }

  /** Decoded here, which costs half of what the JDK needs to read PEM. */
  private static Stream<Certificate> certificate(String block, CertificateFactory factory) {
    try {
      var der = Base64.getMimeDecoder().decode(block.split("-", 2)[0]);
      return Stream.of(factory.generateCertificate(new ByteArrayInputStream(der)));
    } catch (IllegalArgumentException | CertificateException broken) {
      return Stream.of();
    }
  }

  private static boolean isReadable(Path file) {
    try {
      return !ServerCertificate.chain(file).isEmpty();
    } catch (IllegalArgumentException unusable) {
      return false;
    }
  }

  /** Filling one of another type takes three times as long. */
  private static KeyStore store(Stream<? extends Certificate> anchors)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("JKS");
    store.load(null, null);
    for (var anchor : anchors.toList()) {
      store.setCertificateEntry(Integer.toString(store.size()), anchor);
    }
    return store;
  }

  /** The JDK's own manager; it also checks the host's name. Null stands for the JDK's store. */
  public static X509ExtendedTrustManager trustManager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("no X.509 trust manager"));
  }
}
