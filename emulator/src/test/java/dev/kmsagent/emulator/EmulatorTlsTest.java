package dev.kmsagent.emulator;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One port with certificates for names of the cloud. */
final class EmulatorTlsTest {
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
  @CsvSource({
    "sts.cn-hangzhou.aliyuncs.com, sts.aliyuncs.com",
    "sts-vpc.us-west-1.aliyuncs.com, sts.aliyuncs.com",
    "STS, sts.aliyuncs.com",
    "kms.cn-hangzhou.aliyuncs.com, HttpStatus",
    "kms-vpc, HttpStatus",
    "mine.example, HttpStatus",
    "127.0.0.1, HttpStatus",
    "ecs.cn-hangzhou.aliyuncs.com, certificate",
    "example.com, certificate"
  })
  void its_name_selects_sts_or_kms_and_no_other_has_a_certificate(String name, String told) {
    assertThat(asked(name)).contains(told);
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
  void its_authority_can_sign_no_other_authority_and_counts_for_some_days_only()
      throws IOException, GeneralSecurityException {
    try (var pem = Files.newInputStream(certificates.caFile())) {
      var authority =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);

      assertThat(authority.getBasicConstraints()).isZero();
      assertThat(
              Duration.between(
                  authority.getNotBefore().toInstant(), authority.getNotAfter().toInstant()))
          .isEqualTo(Duration.ofDays(30));
    }
    var trusted = KeyStore.getInstance(certificates.trustStore().toFile(), (char[]) null);
    assertThat(trusted.isCertificateEntry("authority")).isTrue();
    assertThat(trusted.size()).isEqualTo(1);
    assertThat(folder).isDirectoryNotContaining(it -> !it.toString().matches(".*/ca[.](pem|p12)"));
  }

  @Test
  void its_certificate_and_key_can_be_had_as_files_the_key_by_its_owner_alone(@TempDir Path own)
      throws IOException, GeneralSecurityException, InterruptedException {
    EmulatorCertificates.forHosts(own, List.of()).writeServer();

    assertThat(own.resolve("server.pem")).content().startsWith("-----BEGIN CERTIFICATE-----\n");
    assertThat(own.resolve("server.key")).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
    assertThat(Files.getPosixFilePermissions(own.resolve("server.key")))
        .containsOnly(OWNER_READ, OWNER_WRITE);
  }
}
