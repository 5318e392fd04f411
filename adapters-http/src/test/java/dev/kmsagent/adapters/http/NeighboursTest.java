package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.testkit.FakeRetrieval;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods of one node, of which some have requests that wait. A token is the name of a namespace. */
final class NeighboursTest {
  private static final int MAX_CONN = 100;
  private static final int CONNECTIONS = MAX_CONN + JettyTransport.SPARE_CONNECTIONS;
  private static final String HERE = "127.0.0.1";
  private static final String NEIGHBOUR = "127.0.0.2";

  /** A token that STS does not tell about. */
  private static final String HANGING = "hanging";

  private static final String BROKEN = "broken";

  private final CompletableFuture<CallerAdmission> verdict = new CompletableFuture<>();
  private final CompletableFuture<Retrieval> secret = new CompletableFuture<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final FakeRetrieval secrets = new FakeRetrieval();
  private final List<ClientConnection> clients = new ArrayList<>();
  @AutoClose private TestAgent agent = agent(MAX_CONN);

  private TestAgent agent(int maxConn) {
    agent =
        new TestAgent(
            TestAgent.VAULT + "MaxConn = " + maxConn, (token, _, _) -> admit(token.reveal()));
    secrets.answer("slow", () -> waitFor(secret));
    secrets.answer("quick", agent.found(Secrets.text("quick", "v1", "{}"), CacheState.MISS));
    return agent;
  }

  private <T> CompletionStage<T> waitFor(CompletableFuture<T> result) {
    waiting.incrementAndGet();
    return result;
  }

  private CompletionStage<CallerAdmission> admit(String token) {
    var end = agent.time.instant().plusSeconds(3600);
    return switch (token) {
      case HANGING -> waitFor(verdict);
      case BROKEN -> CompletableFuture.failedStage(new IllegalStateException("a bug"));
      default ->
          CompletableFuture.completedStage(
              new CallerAdmission.Admitted(
                  new FakeAccess(token, new Subject(token, "app"), secrets, () -> false, end)));
    };
  }

  @AfterEach
  void close() throws IOException {
    for (var client : clients) {
      client.close();
    }
  }

  private ClientConnection ask(String from, String token, String name) throws IOException {
    var path = "/v1/secret/data/" + name;
    return send(from, agent.port, TestAgent.head("GET", path, "X-KMS-Token", token));
  }

  private int read(String from, String token, String name) throws IOException {
    return ask(from, token, name).read().status();
  }

  private int readHere(String token) throws IOException {
    return read(HERE, token, "quick");
  }

  @Test
  void reads_of_a_namespace_that_wait_leave_a_neighbour_its_first_read() throws IOException {
    for (int i = 0; i < 2 * MAX_CONN; i++) {
      ask("127.0.1." + i % 20, "noisy", "slow");
    }
    Patience.assertSoon(
        () -> waiting.get() + agent.events.of(RequestRejected.class).size() == 2 * MAX_CONN);

    assertThat(read(NEIGHBOUR, "neighbour", "quick")).isEqualTo(200);
    assertThat(waiting).hasValueBetween(1, MAX_CONN / 2);
  }

  /** More than there may be connections: none of them may be closed while it is handled. */
  @Test
  void admissions_of_an_address_that_wait_leave_a_neighbour_a_connection() throws IOException {
    for (int i = 0; i < CONNECTIONS + 50; i++) {
      ask(HERE, HANGING, "quick");
    }

    assertThat(read(NEIGHBOUR, "neighbour", "quick")).isEqualTo(200);
    assertThat(waiting).hasValueBetween(1, MAX_CONN / 2);
  }

  private ClientConnection send(String from, int port, String... head) throws IOException {
    var client = ClientConnection.from(from, port);
    clients.add(client);
    var _ = client.trySend(ClientConnection.head(head));
    return client;
  }

  /** Kubelet and Prometheus have addresses of their own beside a sidecar, too. */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, true"})
  void metrics_that_an_address_waits_for_leave_another_a_connection(
      boolean sidecar, boolean management) throws IOException {
    if (sidecar) {
      agent.close();
      agent = new TestAgent();
    }
    int port = management ? agent.managementPort : agent.port;
    var rendering = agent.operations.holdMetrics();
    for (int i = 0; i < CONNECTIONS + 50; i++) {
      send(HERE, port, TestAgent.head("GET", "/metrics"));
    }

    var probe = send(NEIGHBOUR, port, TestAgent.head("GET", "/readyz"));
    assertThat(probe.read().status()).isEqualTo(200);
    rendering.complete(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", BROKEN})
  void an_admission_returns_its_permit_however_it_ends(String token) throws IOException {
    agent.close();
    agent(2);
    for (int i = 0; i < 5; i++) {
      assertThat(readHere(token)).isEqualTo(token.equals(BROKEN) ? 500 : 200);
    }

    assertThat(readHere("last")).isEqualTo(200);
  }

  @Test
  void an_address_that_has_its_share_is_told_so_at_once_and_may_come_again() throws IOException {
    agent.close();
    agent(2);
    var first = ask(HERE, HANGING, "quick");
    Patience.assertSoon(() -> waiting.get() == 1);
    var second = ask(HERE, HANGING, "quick").read();
    assertThat(second.status()).isEqualTo(429);
    assertThat(second.header("Retry-After")).isEqualTo("1");

    verdict.complete(new CallerAdmission.Rejected(CallerAdmission.Reason.TOKEN, "not genuine"));
    assertThat(first.read().status()).isEqualTo(403);
    assertThat(readHere("last")).isEqualTo(200);
  }

  /** It waits for its client: the bound on unfinished connections holds for it. */
  @Test
  void a_login_whose_body_has_not_come_takes_no_permit() throws IOException {
    agent.close();
    agent(2);
    var login = ClientConnection.from(HERE, agent.port);
    clients.add(login);
    login.sendHead(TestAgent.head("POST", "/v1/auth/kubernetes/login", "Content-Length", "13"));
    login.send("{\"jwt\"");

    assertThat(readHere("first")).isEqualTo(200);
    login.send(":\"one\"}");
    assertThat(login.read().status()).isEqualTo(200);
  }
}
