package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent with TLS as it ships: clients read on while its certificate is replaced. */
final class TlsIT {
  @TempDir private Path folder;

  @AutoClose private final TestCloud cloud = TestCloud.start();
  @AutoClose private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
  private final String request =
      ClientConnection.secretRequest(cloud.newSecret("a value"), TestCloud.TOKEN);

  @FunctionalInterface
  private interface Connect {
    ClientConnection open() throws IOException;
  }

  /** Reads 40 times a second, until a read fails; none is tried again. */
  private final class Client {
    private final Connect connect;
    private final boolean isKept;
    private final AtomicInteger reads = new AtomicInteger();
    private final Future<?> all;
    private ClientConnection connection;

    Client(boolean isKept, Connect connect) throws IOException {
      this.connect = connect;
      this.isKept = isKept;
      this.connection = connect.open();
      this.all = threads.scheduleWithFixedDelay(this::read, 0, 25, TimeUnit.MILLISECONDS);
    }

    private void read() {
      try {
        assertThat(verdict(connection)).isEqualTo("200");
        reads.incrementAndGet();
        if (!isKept) {
          connection.close();
          connection = connect.open();
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    void assertGoesOn() throws Exception {
      int before = reads.get();
      Patience.assertSoon(() -> all.isDone() || reads.get() > before + 1);
      if (all.isDone()) {
        var _ = all.get();
      }
    }
  }

  private List<Client> clients(int port, TlsFiles... trusted) throws IOException {
    var tls = TlsFiles.client(trusted);
    var clients = new ArrayList<Client>();
    for (boolean isKept : new boolean[] {true, false}) {
      clients.add(new Client(isKept, () -> new ClientConnection(port)));
      clients.add(new Client(isKept, () -> ClientConnection.withTls(tls, port)));
    }
    return clients;
  }

  private String verdict(ClientConnection connection) throws IOException {
    return connection.exchange(request).orElseThrow().verdict();
  }

  /** A new connection gets an answer, if it is shown this certificate. */
  private boolean isShown(TlsFiles certificate, int port) {
    try (var connection = ClientConnection.withTls(TlsFiles.client(certificate), port)) {
      return verdict(connection).equals("200");
    } catch (SSLHandshakeException another) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private TlsFiles write(String name, String start) throws IOException {
    return TlsFiles.in(Files.createDirectory(folder.resolve(name))).write(start);
  }

  /** Replaces the folder of the agent's files, as the kubelet does. */
  private void link(String name) throws IOException {
    var link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve(name));
    Files.move(link, folder.resolve("served"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void rename(Path content, Path file) throws IOException {
    var copy = Files.copy(content, folder.resolve("copy"));
    Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private AgentProcess start(TlsFiles files) {
    var setup =
        cloud
            .setup()
            .withManagement()
            .with("Server.TlsCertificateFile = \"%s\"".formatted(files.certificate()))
            .with("Server.TlsKeyFile = \"%s\"".formatted(files.key()));
    return AgentProcess.start(setup);
  }

  private static long logged(AgentProcess agent, String text) {
    return agent.stderr().stream().filter(line -> line.contains(text)).count();
  }

  /** What the agent tells about its certificate. */
  private static String detail(AgentProcess agent) {
    return agent.management().get("/readyz").ofDependency("certificate", "detail");
  }

  @Test
  void no_read_fails_while_good_and_bad_certificates_replace_the_one_in_use() throws Exception {
    var first = write("first", "-1H");
    var second = write("second", "-2H");
    var ended = write("ended", "-2d");
    var served = TlsFiles.in(folder.resolve("served"));
    link("first");
    try (var agent = start(served)) {
      int port = agent.port();
      var clients = clients(port, first, second);
      assertThat(isShown(first, port)).isTrue();

      link("second");
      Patience.assertSoon(() -> isShown(second, port));
      rename(first.certificate(), served.certificate());
      rename(first.key(), served.key());
      Patience.assertSoon(() -> isShown(first, port));

      rename(ended.key(), served.key());
      Patience.see(() -> detail(agent), it -> it.contains("not that of the certificate"));
      link("ended");
      Patience.see(() -> detail(agent), it -> it.contains("it is valid from"));

      for (var client : clients) {
        client.assertGoesOn();
      }
      assertThat(isShown(first, port)).isTrue();
      agent.awaitLogged("certificate_unusable");
      var loaded = Patience.see(() -> logged(agent, "certificate_loaded"), count -> count >= 3);
      // After a reading that has taken long it loads what it had before.
      assertThat(loaded).isLessThanOrEqualTo(3 + logged(agent, "reading takes too long"));
      var shown = ServerCertificate.chain(first.certificate()).getFirst().getNotAfter();
      var metrics = agent.management().get("/metrics");
      assertThat(metrics.metric("kms_agent_tls_certificate_expiry_timestamp_seconds"))
          .isEqualTo((double) shown.toInstant().getEpochSecond());
      assertThat(metrics.metric("kms_agent_plain_requests_total")).isPositive();
    }
  }
}
