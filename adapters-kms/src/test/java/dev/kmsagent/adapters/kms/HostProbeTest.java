package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.http.SocketEndpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostProbeTest {
  private static final InstantSource REAL = InstantSource.system();

  @AutoClose private final Rig rig = new Rig();

  private Probe probe(String host, Optional<Path> trust) {
    var uri = URI.create(host);
    try (var connection = rig.connection(Rig.settings(uri, trust, new Proxy.Direct()), _ -> {})) {
      return new HostProbe(connection, REAL).probe("KMS", uri);
    }
  }

  private static void assertThatItFails(Probe probe, String... words) {
    assertThat(probe)
        .asInstanceOf(type(Probe.Failed.class))
        .satisfies(failed -> assertThat(failed.reason()).contains(words));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3600, -3600})
  void a_host_that_answers_tells_how_far_the_clocks_are_apart(long seconds) throws IOException {
    InstantSource behind = () -> REAL.instant().minusSeconds(seconds);
    try (var emulator = KmsEmulator.builder().clock(behind).start()) {
      assertThat(probe("http://" + emulator.endpoint(), Optional.empty()))
          .asInstanceOf(type(Probe.Answered.class))
          .extracting(answered -> answered.clockAhead().orElseThrow())
          .satisfies(
              ahead ->
                  assertThat(ahead).isCloseTo(Duration.ofSeconds(seconds), Duration.ofMinutes(2)));
    }
  }

  @Test
  void a_host_that_tells_no_time_answers_nevertheless() throws IOException {
    var reply =
        new ServerReply.Complete(HttpResponse.text(200, "").withHeader("Date", "yesterday"));
    try (var server =
        HttpListener.open(
            SocketEndpoint.loopback(ServerSocketFactory.getDefault(), 0),
            Thread.ofVirtual().factory(),
            EmulatorTime.SYSTEM,
            _ -> reply)) {
      assertThat(probe("http://127.0.0.1:" + server.port(), Optional.empty()))
          .isEqualTo(new Probe.Answered(Optional.empty()));
    }
  }

  @Test
  void a_host_without_an_address_cannot_be_asked() {
    assertThatItFails(
        probe("https://kms.invalid", Optional.empty()),
        "The name of KMS's host",
        "UnresolvedAddressException");
  }

  @Test
  void a_certificate_of_an_unknown_authority_and_one_for_another_name_are_told_apart()
      throws IOException, GeneralSecurityException {
    var certificates = Certificates.NAMED;
    try (var emulator = KmsEmulator.builder().tls(certificates.server()).start()) {
      var trusted = Optional.of(certificates.caFile());
      var right = "https://localhost:" + emulator.port();
      var wrong = "https://127.0.0.1:" + emulator.port();
      assertThat(probe(right, trusted)).isInstanceOf(Probe.Answered.class);
      assertThatItFails(probe(wrong, trusted), "TLS with KMS failed", "127.0.0.1 found");
      assertThatItFails(probe(right, Optional.empty()), "unable to find valid cert");
    }
  }
}
