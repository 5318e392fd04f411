package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.event.ReadEvent.PlainRequest;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main listener with TLS, beside plain HTTP at the same port. */
@ResourceLock(value = BoundedConnectorTest.CHILDREN, mode = ResourceAccessMode.READ)
class TlsTest {
  private static final String TARGET = "/secretsmanager/get?secretId=a";

  @TempDir static Path folder;
  private static TlsFiles files;
  @AutoClose private TestAgent agent = start("");

  @BeforeAll
  static void write() {
    files = TlsFiles.in(folder).write();
  }

  private static TestAgent start(String more) {
    var started =
        new TestAgent(
            "TlsCertificateFile = '%s'%nTlsKeyFile = '%s'%n%s"
                .formatted(files.certificate(), files.key(), more));
    started.hold(Secrets.text("a", "v1", "value"));
    return started;
  }

  private ClientConnection connect() throws IOException {
    return ClientConnection.withTls(files.client(), agent.port);
  }

  private SSLSocket socket(String protocol) throws IOException {
    var socket =
        (SSLSocket) files.client().getSocketFactory().createSocket("127.0.0.1", agent.port);
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void secrets_are_read_one_after_the_other(String protocol) throws IOException {
    try (var socket = socket(protocol);
        var client = new ClientConnection(socket)) {
      for (int i = 0; i < 3; i++) {
        assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
      }
      assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
    }
    assertThat(agent.events.of(PlainRequest.class)).isEmpty();
  }

  @Test
  void a_request_waits_for_a_change_and_the_next_one_is_read() throws IOException {
    var known = "W/\"" + Secrets.text("a", "v1", "value").revision() + '"';
    try (var client = connect()) {
      client.send(TestAgent.request(TARGET, "If-None-Match: " + known, "Prefer: wait=55"));
      Patience.assertSoon(() -> agent.server.waitingRequests() == 1);
      agent.hold(Secrets.text("a", "v2", "next"));
      var _ =
          agent
              .secrets
              .changes
              .computeIfAbsent("a", _ -> new CompletableFuture<>())
              .complete(new Revision(0));
      assertThat(client.read().body()).contains("next");
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
    }
  }

  @Test
  void a_plain_request_is_served_and_counted() {
    assertThat(agent.get(TARGET).status()).isEqualTo(200);
    assertThat(agent.get("/healthz").status()).isEqualTo(200);
    assertThat(agent.events.of(PlainRequest.class))
        .singleElement()
        .satisfies(it -> assertThat(it.sender().peer()).isEqualTo("127.0.0.1"));
  }

  @Test
  void a_plain_request_with_a_token_is_refused_where_TLS_is_required() throws IOException {
    agent.close();
    agent = start("TlsRequired = true\n");
    var refused = agent.get(TARGET);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("TlsRequired", "https");
    assertThat(agent.rejections()).containsExactly("400 TlsRequired from 127.0.0.1");
    assertThat(agent.get("/healthz").status()).isEqualTo(200);
    try (var client = connect()) {
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
    }
  }

  @Test
  void the_management_listener_stays_plain() {
    assertThat(agent.send(agent.managementPort, "GET", "/healthz").status()).isEqualTo(200);
    assertThatThrownBy(() -> ClientConnection.withTls(files.client(), agent.managementPort).close())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void a_client_that_does_not_trust_the_certificate_sends_no_request() {
    assertThatThrownBy(() -> ClientConnection.withTls(SSLContext.getDefault(), agent.port).close())
        .isInstanceOf(SSLException.class);
    assertThat(agent.publishers).isEmpty();
  }

  @Test
  void a_second_handshake_of_TLS_1_2_ends_the_connection() throws IOException {
    try (var socket = socket("TLSv1.2");
        var client = new ClientConnection(socket)) {
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
      socket.startHandshake();
      assertThatThrownBy(() -> TestAgent.get(client, TARGET)).isInstanceOf(Exception.class);
    }
  }

  /** With TLS 1.3, a handshake that is begun again changes keys. */
  @Test
  void keys_that_are_changed_without_end_end_the_connection() throws IOException {
    try (var socket = socket("TLSv1.3");
        var client = new ClientConnection(socket)) {
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
      socket.startHandshake();
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  socket.startHandshake();
                }
                var _ = TestAgent.get(client, TARGET);
              })
          .isInstanceOf(Exception.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016",
        "\u0016\u0003\u0001\u0000\u0005rubbish",
        "\u0016\u0003\u0001\u00ff\u00ff",
        "\u0016GET / HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0000\u0004\u0001\u0000\u0000\u0000"
      })
  void what_only_begins_like_TLS_disturbs_nobody(String sent) throws IOException {
    for (int i = 0; i < 40; i++) {
      try (var rubbish = new ClientConnection(agent.port)) {
        rubbish.send(sent);
      }
    }
    try (var client = connect()) {
      assertThat(TestAgent.get(client, TARGET).status()).isEqualTo(200);
    }
  }

  @Test
  void pipelined_requests_are_answered_in_order() throws IOException {
    try (var client = connect()) {
      for (int i = 0; i < 100; i++) {
        client.send(TestAgent.request(TARGET));
      }
      var answers = new ArrayList<Integer>();
      for (int i = 0; i < 100; i++) {
        answers.add(client.read().status());
      }
      assertThat(answers).isEqualTo(Collections.nCopies(100, 200));
    }
  }
}
