package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.event.ReadEvent.PlainRequest;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main listener with TLS, beside plain HTTP at the same port. */
class TlsTest {
  private static final String TARGET = "/secretsmanager/get?secretId=a";

  @TempDir Path folder;
  private TlsFiles files;
  private TestAgent agent;

  @BeforeEach
  void start() {
    files = TlsFiles.in(folder).write();
    agent = start("");
  }

  private TestAgent start(String more) {
    var started =
        new TestAgent(
            "TlsCertificateFile = '%s'%nTlsKeyFile = '%s'%n"
                    .formatted(files.certificate(), files.key())
                + more);
    started.hold(Secrets.text("a", "v1", "value"));
    return started;
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  @Test
  void a_secret_is_read_with_TLS() throws IOException {
    try (var client = RawClient.withTls(files.client(), agent.port)) {
      assertThat(client.get(TARGET).status()).isEqualTo(200);
      assertThat(client.get(TARGET).status()).isEqualTo(200);
    }
    assertThat(agent.events.of(PlainRequest.class)).isEmpty();
  }

  @Test
  void sixty_connections_live() throws IOException {
    var clients = new ArrayList<RawClient>();
    var tls = files.client();
    for (int i = 0; i < 60; i++) {
      var client = RawClient.withTls(tls, agent.port);
      clients.add(client);
      assertThat(client.get(TARGET).status()).isEqualTo(200);
    }
    for (int round = 0; round < 3; round++) {
      for (var client : clients) {
        assertThat(client.get(TARGET).status()).isEqualTo(200);
      }
    }
    for (var client : clients) {
      client.close();
    }
  }
}
