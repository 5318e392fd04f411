package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.files.CertificateRotation;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The same bounds where clients use TLS, beside others. */
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
  RawClient connect(InetAddress to, int port, InetAddress from) throws IOException {
    return RawClient.withTls(client, new Socket(to, port, from, 0));
  }

  /** The handshake. */
  @Override
  int ready() {
    return 1;
  }
}
