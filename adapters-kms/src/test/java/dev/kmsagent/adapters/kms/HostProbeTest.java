package dev.kmsagent.adapters.kms;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpServer;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostProbeTest {
  private static final InstantSource REAL = InstantSource.system();

  private static Probe probe(
      URI host, Optional<Path> trust, Duration timeout, InstantSource clock) {
    var settings = Rig.withReadTimeout(Rig.settings(host, trust, new Proxy.Direct()), timeout);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var connection =
            new CloudConnection(
                settings,
                Authorities.ofSystem(),
                threads,
                Runnable::run,
                new VirtualTime(),
                new RecordingEvents())) {
      return new HostProbe(connection, clock).probe("KMS", host);
    }
  }

  private static Probe probe(String host, Optional<Path> trust) {
    return probe(URI.create(host), trust, Rig.PATIENCE, REAL);
  }

  private static void assertThatItFails(Probe probe, String... words) {
    assertThat(probe)
        .asInstanceOf(type(Probe.Failed.class))
        .satisfies(failed -> assertThat(failed.reason()).contains(words));
  }

  @Nested
  final class A_host_that_answers {

    private Duration ahead(Duration offset) throws IOException {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", exchange -> exchange.sendResponseHeaders(403, -1));
      server.start();
      try {
        var host = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        InstantSource shifted = () -> REAL.instant().plus(offset);
        return assertThat(probe(host, Optional.empty(), Rig.PATIENCE, shifted))
            .asInstanceOf(type(Probe.Answered.class))
            .actual()
            .clockAhead()
            .orElseThrow();
      } finally {
        server.stop(0);
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3600, -3600})
    void tells_how_far_the_clocks_are_apart(long seconds) throws IOException {
      assertThat(ahead(Duration.ofSeconds(seconds)))
          .isCloseTo(Duration.ofSeconds(seconds), Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Date: yesterday\r\n"})
    void without_a_time_says_so(String date) throws IOException {
      var answer = "HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\n\r\n";
      try (var server = new OneAnswer(answer)) {
        assertThat(probe("http://127.0.0.1:" + server.port(), Optional.empty()))
            .isEqualTo(new Probe.Answered(Optional.empty()));
      }
    }
  }

  @Nested
  final class A_host_that_cannot_be_asked {

    @Test
    void has_no_name() {
      assertThatItFails(
          probe("https://kms.invalid", Optional.empty()),
          "The name of KMS's host",
          "UnresolvedAddressException");
    }
  }

  @Nested
  final class A_host_with_a_certificate {

    @Test
    void of_an_unknown_authority_or_for_another_name_is_told_apart()
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

  /** A server that says one thing to one client. */
  private static final class OneAnswer implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    OneAnswer(String answer) throws IOException {
      Thread.ofVirtual().start(() -> serve(answer));
    }

    private void serve(String answer) {
      try (var client = server.accept()) {
        var _ = client.getInputStream().read(new byte[4096]);
        client.getOutputStream().write(answer.getBytes(US_ASCII));
      } catch (IOException _) {
        // The client is gone: it says so itself.
      }
    }

    int port() {
      return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
