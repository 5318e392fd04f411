package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmulatorTlsTest {
  @Test
  void a_certificate_for_other_names_is_rejected(@TempDir Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    var others = EmulatorCertificates.in(folder, "dns:other.example");
    try (var emulator = KmsEmulator.builder().tls(others.server()).start();
        var client = HttpClient.newBuilder().sslContext(others.client()).build()) {
      assertThatThrownBy(() -> client.send(toPort(emulator.port()), BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Nested
  final class With_names_of_the_cloud {
    @TempDir private static Path folder;
    private static EmulatorCertificates certificates;
    private static RunningEmulator running;
    private static int port;

    @BeforeAll
    static void start() throws IOException, InterruptedException, GeneralSecurityException {
      var hosts = Stream.concat(CloudHosts.all().stream(), Stream.of("mine.example")).toList();
      certificates = EmulatorCertificates.forHosts(folder, hosts);
      var server = certificates.server();
      port = FreePort.next();
      running = new RunningEmulator(it -> it.sts(server).sharedTls(server, port));
    }

    @AfterAll
    static void stop() {
      running.close();
    }

    /** What the port answers to a client that asks for a name and trusts the authority alone. */
    private static String asked(String name) {
      return asked(port, name);
    }

    private static String asked(int port, String name) {
      return SystemCommand.of("curl", "-sS", "--cacert", certificates.caFile())
          .and("--connect-to", "::127.0.0.1:" + port, "https://" + name + "/")
          .run()
          .printed();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"sts.cn-hangzhou.aliyuncs.com", "sts-vpc.us-west-1.aliyuncs.com", "sts", "STS"})
    void its_name_selects_sts(String name) {
      assertThat(asked(name)).contains("MissingParameter", "sts.aliyuncs.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kms.cn-hangzhou.aliyuncs.com", "kms-vpc", "mine.example", "127.0.0.1"})
    void any_other_name_selects_kms(String name) {
      assertThat(asked(name)).contains("MissingParameter", "HttpStatus");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecs.cn-hangzhou.aliyuncs.com", "oss.aliyuncs.com", "example.com"})
    void no_other_service_has_a_certificate(String name) {
      assertThat(asked(name)).contains("certificate");
    }

    @Test
    void a_stopped_service_resets_connections_and_the_other_goes_on()
        throws IOException, GeneralSecurityException {
      var server = certificates.server();
      int its = FreePort.next();
      try (var other = new RunningEmulator(it -> it.sts(server).sharedTls(server, its))) {
        other.emulator().sts().stop();
        assertThat(asked(its, "sts")).contains("curl:").doesNotContain("MissingParameter");
        assertThat(asked(its, "kms")).contains("MissingParameter");
        other.emulator().sts().start();
        assertThat(asked(its, "sts")).contains("MissingParameter");
      }
    }

    @Test
    void its_authority_can_sign_nothing_more_and_counts_for_its_names_and_some_days_only()
        throws IOException, GeneralSecurityException {
      try (var pem = Files.newInputStream(certificates.caFile())) {
        var authority =
            (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);

        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(authority.getCriticalExtensionOIDs()).contains("2.5.29.30");
        assertThat(
                Duration.between(
                    authority.getNotBefore().toInstant(), authority.getNotAfter().toInstant()))
            .isEqualTo(Duration.ofDays(30));
      }
      var trusted = KeyStore.getInstance(certificates.trustStore().toFile(), (char[]) null);
      assertThat(trusted.isCertificateEntry("authority")).isTrue();
      assertThat(trusted.size()).isEqualTo(1);
      assertThat(folder)
          .isDirectoryNotContaining(it -> !it.toString().matches(".*/ca[.](pem|p12)"));
    }
  }

  private static HttpRequest toPort(int port) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/")).build();
  }
}
