package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.Certificates;
import dev.kmsagent.config.Authorities;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom TLS trusts by default with the default chain; the test {@code ProcessIT} has it in use. */
final class SystemTrustTest {
  private static X509Certificate[] trusted(@Nullable KeyStore store) throws KeyStoreException {
    var trust = new SystemTrust();
    trust.engineInit(store);
    return ((X509TrustManager) trust.engineGetTrustManagers()[0]).getAcceptedIssuers();
  }

  @Test
  void the_authorities_of_the_system() throws KeyStoreException {
    assertThat(trusted(null)).isEqualTo(Authorities.ofSystem().trustManager().getAcceptedIssuers());
  }

  @Test
  void those_alone_that_the_library_gives() throws Exception {
    var store = KeyStore.getInstance(Certificates.NAMED.trustStore().toFile(), (char[]) null);

    assertThat(trusted(store)).hasSize(1);
  }
}
