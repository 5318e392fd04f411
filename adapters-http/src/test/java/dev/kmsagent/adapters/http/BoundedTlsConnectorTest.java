package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.files.CertificateRotation;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bounds where clients use TLS, beside others. */
@ResourceLock(value = BoundedConnectorTest.CHILDREN, mode = ResourceAccessMode.READ)
class BoundedTlsConnectorTest extends BoundedConnectorTest {
  @TempDir static Path folder;
  private static CertificateRotation certificate;
  private static SSLContext client;

  @BeforeAll
  static void write() {
    var files = TlsFiles.in(folder).write();
    var tls = new TlsConfig(files.certificate(), files.key(), false);
    var time = new VirtualTime().timing();
    certificate = new CertificateRotation(tls, new RecordingEvents(), time, Runnable::run);
    client = files.client();
  }

  @Override
  ConnectionFactory[] protocols() {
    return JettyTransport.protocols(
        new HttpConnectionFactory(),
        Optional.of(certificate::engine),
        task -> Thread.ofPlatform().start(task));
  }

  @Override
  ClientConnection connect(InetAddress to, int port, InetAddress from) throws IOException {
    return ClientConnection.withTls(client, new Socket(to, port, from, 0));
  }

  /** The handshake. */
  @Override
  int ready() {
    return 1;
  }

  /** A byte of TLS, and half of what a client says first. */
  @ParameterizedTest
  @ValueSource(strings = {"\u0016", "\u0016\u0003\u0001\u0000\u00c8\u0001"})
  void a_handshake_that_does_not_go_on_is_closed_at_the_deadline(String begin) throws Exception {
    start();
    var client = connectPlain();
    client.send(begin);
    time.awaitDue(DEADLINE, 1);
    time.advance(DEADLINE);
    assertThat(client.ended()).isTrue();
  }

  @Test
  void of_many_handshakes_that_do_not_go_on_the_oldest_is_closed() throws Exception {
    start();
    var first = connectPlain();
    first.send("\u0016");
    time.awaitDue(DEADLINE, 1);
    for (int i = 0; i < UNFINISHED; i++) {
      connectPlain().send("\u0016");
    }
    assertThat(first.ended()).isTrue();
  }
}
