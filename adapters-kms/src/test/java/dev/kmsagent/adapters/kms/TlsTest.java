package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The real SDK against an emulator with a certificate of its own authority. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TlsTest {

  private final Rig rig = new Rig();
  private KmsEmulator emulator;

  @BeforeAll
  void start() throws IOException, GeneralSecurityException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").tls(Certificates.NAMED.server()).start();
    emulator.secrets().create("a", "text");
  }

  @AfterAll
  void stop() throws IOException {
    rig.close();
    emulator.close();
  }

  @Test
  void an_authority_from_the_file_is_trusted() {
    assertThat(fetch("https://localhost:" + emulator.port(), fromFile()))
        .isInstanceOf(Fetched.class);
  }

  @Test
  void an_unknown_authority_is_not() {
    assertThatTlsFails("https://localhost:" + emulator.port(), Optional.empty());
  }

  @Test
  void a_certificate_for_another_host_is_not() {
    assertThatTlsFails("https://127.0.0.1:" + emulator.port(), fromFile());
  }

  @Test
  void a_server_without_tls_is_not() throws IOException {
    try (var plain = KmsEmulator.builder().accessKey("ak", "sk").start()) {
      assertThatTlsFails("https://localhost:" + plain.port(), fromFile());
    }
  }

  private Optional<Path> fromFile() {
    return Optional.of(Certificates.NAMED.caFile());
  }

  private void assertThatTlsFails(String endpoint, Optional<Path> trust) {
    assertThat(fetch(endpoint, trust)).extracting("cause").isEqualTo(Cause.TLS);
  }

  private FetchOutcome fetch(String endpoint, Optional<Path> trust) {
    var settings = Rig.settings(URI.create(endpoint), trust, new Proxy.Direct());
    try (var source = rig.source(settings, Rig.accessKey("ak", "sk"))) {
      return Rig.fetch(source, Secrets.current("a"));
    }
  }
}
