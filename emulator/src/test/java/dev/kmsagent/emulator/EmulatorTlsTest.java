package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private static HttpRequest toPort(int port) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/")).build();
  }
}
