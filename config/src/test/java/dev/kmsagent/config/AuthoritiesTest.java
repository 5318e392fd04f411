package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is trusted by the system, and by a file. */
final class AuthoritiesTest {
  private static final Path CERTIFICATE =
      Path.of("src/test/resources/dev/kmsagent/config/loading/authority.pem");

  @TempDir private Path folder;

  private static List<Certificate> trustedBy(X509TrustManager manager) {
    return List.of(manager.getAcceptedIssuers());
  }

  private Path file(String name, String... contents) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", contents));
  }

  @Nested
  final class OfTheSystem {
    private static List<Certificate> in(Path bundle) throws Exception {
      return trustedBy(Authorities.trusting(Optional.of(bundle)));
    }

    private static List<Certificate> ofJdk() throws Exception {
      return trustedBy(Authorities.trusting(Optional.empty()));
    }

    private static String one() throws IOException {
      return Files.readString(CERTIFICATE);
    }

    private static String pem(Certificate certificate) throws CertificateEncodingException {
      return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
          .formatted(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()));
    }

    @Test
    void are_those_in_its_bundle_alone() throws Exception {
      var other = ofJdk().getFirst();
      var bundle = file("bundle", "# other", pem(other), "# one", one(), "# end");

      assertThat(in(bundle))
          .hasSize(2)
          .contains(other)
          .containsAll(ServerCertificate.chain(CERTIFICATE));
    }

    /** Without its end, without its start, of another kind, with other content. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "-----BEGIN CERTIFICATE-----\nMIIB",
          "MIIB\n-----END CERTIFICATE-----",
          "-----BEGIN TRUSTED CERTIFICATE-----\nMIIB\n-----END TRUSTED CERTIFICATE-----",
          "-----BEGIN CERTIFICATE-----\n=\n-----END CERTIFICATE-----",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        })
    void are_trusted_beside_one_that_is_broken(String broken) throws Exception {
      var other = ofJdk().getFirst();

      assertThat(in(file("bundle", one(), broken, pem(other)))).hasSize(2).contains(other);
    }

    @Test
    void are_those_of_the_jdk_where_there_is_no_bundle() throws Exception {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);

      assertThat(ofJdk())
          .isNotEmpty()
          .isEqualTo(trustedBy((X509TrustManager) factory.getTrustManagers()[0]));
    }

    @Test
    void are_in_the_first_usual_bundle_that_is_not_empty() throws IOException {
      var useless = List.of(folder.resolve("missing"), file("empty"));
      var bundles = Stream.concat(useless.stream(), Stream.of(file("first", one()), CERTIFICATE));

      assertThat(Authorities.bundle(Optional.of(""), bundles.toList()))
          .contains(folder.resolve("first"));
      assertThat(Authorities.bundle(Optional.empty(), useless)).isEmpty();
    }

    @Test
    void are_in_the_bundle_that_the_variable_names() {
      assertThat(Authorities.bundle(Optional.of("/any"), List.of(CERTIFICATE)))
          .contains(Path.of("/any"));
    }
  }

  @Nested
  final class OfAFile {
    @Test
    void are_trusted_beside_those_of_the_system() throws Exception {
      var ofSystem = trustedBy(Authorities.ofSystem().trustManager());

      assertThat(trustedBy(Authorities.ofSystem().and(CERTIFICATE).trustManager()))
          .hasSize(ofSystem.size() + 1)
          .containsAll(ServerCertificate.chain(CERTIFICATE))
          .containsAll(ofSystem);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "no certificate",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        })
    void are_missed_by_its_name(String content) throws IOException {
      var file = file("other.pem", content);
      assertThatIOException()
          .isThrownBy(() -> Authorities.ofSystem().and(file))
          .withMessageContaining("other.pem");
    }

    @Test
    void are_missed_by_its_name_where_it_is_missing() {
      assertThatIOException()
          .isThrownBy(() -> Authorities.ofSystem().and(folder.resolve("missing.pem")))
          .withMessageContaining("missing.pem");
    }
  }
}
