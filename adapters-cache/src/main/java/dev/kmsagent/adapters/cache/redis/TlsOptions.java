package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.Trust;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import redis.clients.jedis.SslOptions;

/**
 * TLS trust for Redis. Host names are always verified. A file of authorities is read for each
 * connection, so that a replaced file takes effect.
 */
final class TlsOptions {
  private static final String TYPE = "PKCS12";

  /** Authorities are no secret, but the format requires a password. */
  private static final char[] PASSWORD = "authorities".toCharArray();

  private TlsOptions() {}

  static SslOptions of(Trust trust) {
    return switch (trust) {
      case Trust.SystemAuthorities() -> SslOptions.builder().build();
      case Trust.AlsoFrom(var pemFile) -> alsoTrusting(pemFile);
    };
  }

  private static SslOptions alsoTrusting(Path pemFile) {
    return SslOptions.builder()
        .trustStoreType(TYPE)
        .truststore(() -> authorities(pemFile), PASSWORD)
        .build();
  }

  private static InputStream authorities(Path pemFile) throws IOException {
    try (var content = Files.newInputStream(pemFile)) {
      var more = CertificateFactory.getInstance("X.509").generateCertificates(content);
      var all = Stream.concat(ofSystem(), more.stream()).toList();
      return new ByteArrayInputStream(store(all));
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(pemFile + " holds no certificates that can be read", unreadable);
    }
  }

  private static Stream<Certificate> ofSystem() throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .flatMap(manager -> Arrays.stream(((X509TrustManager) manager).getAcceptedIssuers()));
  }

  private static byte[] store(List<Certificate> authorities)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(TYPE);
    store.load(null, PASSWORD);
    for (var i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry(Integer.toString(i), authorities.get(i));
    }
    var bytes = new ByteArrayOutputStream();
    store.store(bytes, PASSWORD);
    return bytes.toByteArray();
  }
}
