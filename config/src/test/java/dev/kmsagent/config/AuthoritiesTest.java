package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is trusted by a file. */
final class AuthoritiesTest {
  @TempDir private Path folder;

  private static List<Certificate> ofTheSystem() throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    return List.of(((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers());
  }

  @Test
  void those_in_it_are_trusted_beside_those_of_the_system() throws Exception {
    var file = Path.of("src/test/resources/dev/kmsagent/config/loading/authority.pem");

    var trusted = Authorities.ofSystem().and(file);

    assertThat(ofTheSystem()).isNotEmpty();
    assertThat(List.<Certificate>of(trusted.trustManager().getAcceptedIssuers()))
        .hasSize(ofTheSystem().size() + 1)
        .containsAll(Authorities.from(file))
        .containsAll(ofTheSystem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
      })
  void it_is_named_when_it_holds_none(String content) throws IOException {
    var file = Files.writeString(folder.resolve("other.pem"), content);
    assertThatIOException()
        .isThrownBy(() -> Authorities.ofSystem().and(file))
        .withMessageContaining("other.pem");
  }

  @Test
  void it_is_named_when_it_is_missing() {
    assertThatIOException()
        .isThrownBy(() -> Authorities.ofSystem().and(folder.resolve("missing.pem")))
        .withMessageContaining("missing.pem");
  }
}
