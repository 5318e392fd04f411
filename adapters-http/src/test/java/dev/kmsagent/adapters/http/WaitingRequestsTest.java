package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that wait for a change of their secret, of which three may. */
class WaitingRequestsTest {
  private static final String HERE = "127.0.0.1";
  private static final Secret OLD = Secrets.text("db", "v1", "{\"user\":\"old\"}");
  private static final Secret NEW = Secrets.text("db", "v2", "{\"user\":\"new\"}");
  private static final String TAG = "W/\"" + OLD.revision() + '"';

  private final List<ClientConnection> clients = new ArrayList<>();
  private final TestAgent agent = new TestAgent(TestAgent.VAULT + "MaxConn = 1\nMaxWaiting = 3");

  WaitingRequestsTest() {
    agent.hold(OLD);
  }

  @AfterEach
  void close() throws IOException {
    for (var client : clients) {
      client.close();
    }
    agent.close();
  }

  private ClientConnection connect() throws IOException {
    return connect(HERE);
  }

  private ClientConnection connect(String from) throws IOException {
    var client = ClientConnection.from(from, agent.port);
    clients.add(client);
    return client;
  }

  private static String[] head(String target, String... headers) {
    var all =
        Stream.concat(
            Stream.of("X-KMS-Token", TestAgent.TOKEN, "If-None-Match", TAG, "Prefer", "wait=55"),
            Stream.of(headers));
    return TestAgent.head("GET", target, all.toArray(String[]::new));
  }

  private ClientConnection ask(String target) throws IOException {
    var client = connect();
    client.sendHead(head(target));
    return client;
  }

  /** A client whose request for the secret waits. */
  private ClientConnection waiting() throws IOException {
    return waiting("/secretsmanager/get?secretId=db");
  }

  private ClientConnection waiting(String target) throws IOException {
    int before = agent.server.waitingRequests();
    var client = ask(target);
    awaitWaiting(before + 1);
    return client;
  }

  private void awaitWaiting(int number) {
    Patience.assertSoon(() -> agent.server.waitingRequests() == number);
  }

  /** Ends the waits for the secret, for whatever reason. */
  private void wake() {
    wake(agent, "db");
  }

  private static void wake(TestAgent woken, String name) {
    var _ = change(woken, name).complete(new Revision(0));
  }

  /** A request that is counted may be about to wait for it. */
  private static CompletableFuture<Revision> change(TestAgent of, String name) {
    return of.secrets.changes.computeIfAbsent(name, _ -> new CompletableFuture<>());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/secretsmanager/get?secretId=db",
        "/secretsmanager/get?secretId=db&field=user",
        "/secretsmanager/get?secretId=db&maxStale=0",
        "/v1/secret/data/db"
      })
  void one_that_is_woken_by_a_change_gets_the_new_version(String target) throws IOException {
    var client = waiting(target);
    agent.hold(NEW);
    wake();
    var answer = client.read();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("new");
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=55");
    assertThat(agent.server.waitingRequests()).isZero();
  }

  @Test
  void one_whose_time_has_passed_gets_304_and_may_wait_again_on_the_same_connection()
      throws IOException {
    var client = waiting();
    for (int i = 0; i < 3; i++) {
      wake();
      assertThat(client.read().status()).isEqualTo(304);
      agent.secrets.changes.clear();
      client.sendHead(head("/v1/secret/data/db"));
      awaitWaiting(1);
    }
  }

  @Test
  void one_whose_token_was_replaced_meanwhile_gets_403() throws IOException {
    var client = waiting();
    agent.tokens.add(new ConfidentialText("another-token-of-16"));
    agent.tokens.remove();
    agent.hold(NEW);
    wake();
    var answer = client.read();
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).doesNotContain("new");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /secretsmanager/get?secretId=db&refreshNow=true | 304
          /v1/secret/data/db?version=1                    | 304
          /v1/secret/metadata/db                          | 200
          /readyz                                         | 200
          /nowhere                                        | 404
          """)
  void one_that_is_not_for_a_cached_secret_does_not_wait(String target, int status)
      throws IOException {
    assertThat(ask(target).read().status()).isEqualTo(status);
  }

  @Test
  void one_that_knows_no_version_or_has_a_large_head_a_body_or_one_behind_it_does_not_wait()
      throws IOException {
    assertThat(agent.get("/v1/secret/data/db", "Prefer", "wait=55").status()).isEqualTo(200);
    var large = connect();
    large.sendHead(head("/v1/secret/data/db", "X", "x".repeat(FastPathHandler.LARGE_HEAD_BYTES)));
    assertThat(large.read().status()).isEqualTo(304);
    var withBody = connect();
    withBody.sendHead(head("/v1/secret/data/db", "Content-Length", "1"));
    assertThat(withBody.read().status()).isEqualTo(304);
    var pipelining = connect();
    pipelining.send(ClientConnection.head(head("/v1/secret/data/db")).repeat(2));
    assertThat(pipelining.read().status()).isEqualTo(304);
    awaitWaiting(1);
  }

  @Test
  void a_request_behind_it_is_answered_after_it() throws IOException {
    var client = waiting();
    client.send(TestAgent.request("/ping"));
    agent.hold(NEW);
    wake();
    assertThat(client.read().body()).contains("new");
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void one_of_http_1_0_waits_too() throws IOException {
    var client = connect();
    var head = head("/v1/secret/data/db");
    head[0] = head[0].replace("1.1", "1.0");
    client.sendHead(head);
    awaitWaiting(1);
    agent.hold(NEW);
    wake();
    assertThat(client.readText()).contains(" 200 ", "new");
  }

  @Test
  void a_client_that_has_gone_holds_its_permit_until_the_end_of_its_wait() throws IOException {
    waiting().close();
    var other = waiting();
    assertThat(agent.server.waitingRequests()).isEqualTo(2);
    agent.hold(NEW);
    wake();
    assertThat(other.read().status()).isEqualTo(200);
    awaitWaiting(0);
    assertThat(agent.get("/v1/secret/data/db").status()).isEqualTo(200);
  }

  @Test
  void one_more_than_may_wait_gets_429_and_one_of_another_address_waits() throws IOException {
    for (int i = 0; i < 3; i++) {
      var _ = waiting();
    }
    var tooMany = ask("/secretsmanager/get?secretId=db").read();
    tooMany.assertMessage(429, "Server.MaxWaiting");
    assertThat(tooMany.header("Retry-After")).isEqualTo("1");
    var other = connect("127.0.0.2");
    other.sendHead(head("/v1/secret/data/db"));
    awaitWaiting(4);
    wake();
    awaitWaiting(0);
    agent.secrets.changes.clear();
    var _ = waiting();
  }

  @Test
  void those_that_wait_take_no_place_of_other_connections_and_keep_their_own() throws IOException {
    var waiting = List.of(waiting(), waiting(), waiting());
    var others = new ArrayList<ClientConnection>();
    for (int i = 0; i < 1 + JettyTransport.SPARE_CONNECTIONS; i++) {
      others.add(connect());
      assertThat(TestAgent.get(others.getLast(), "/ping").status()).isEqualTo(200);
    }
    for (var other : others) {
      assertThat(TestAgent.get(other, "/ping").status()).isEqualTo(200);
    }
    assertThat(TestAgent.get(connect(), "/ping").status()).isEqualTo(200);
    assertThat(others.getFirst().ended()).isTrue();
    wake();
    for (var client : waiting) {
      assertThat(client.read().status()).isEqualTo(304);
    }
  }

  @Test
  void at_the_end_of_the_agent_each_is_answered_as_the_last_of_its_connection_and_none_waits()
      throws IOException {
    var client = waiting();
    agent.server.stop(Duration.ofMinutes(1));
    var answer = client.read();
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("Connection")).isEqualTo("close");
    assertThat(client.ended()).isTrue();
  }

  @Test
  void a_bug_is_answered_with_500_and_holds_no_permit() throws IOException {
    agent.secrets.breakDown(new IllegalStateException("a bug"));
    for (int i = 0; i < 5; i++) {
      assertThat(ask("/v1/secret/data/db").read().status()).isEqualTo(500);
    }
  }

  @Test
  void one_whose_wait_fails_is_answered_and_holds_no_permit() throws IOException {
    var client = waiting();
    var bug = new IllegalStateException("a bug");
    var _ = change(agent, "db").completeExceptionally(bug);
    assertThat(client.read().status()).isEqualTo(304);
    awaitWaiting(0);
  }

  /** Their number is that of those which are handled at once. */
  @Test
  void those_that_wait_for_kms_when_they_are_woken_hold_up_no_other() throws IOException {
    try (var large = new TestAgent("MaxConn = 100\nMaxWaiting = 100")) {
      var kms = new CompletableFuture<Retrieval>();
      large.hold(OLD);
      large.secrets.answer("slow", () -> kms);
      var slow = IntStream.range(0, 50).mapToObj(_ -> askFor("slow", large)).toList();
      Patience.assertSoon(() -> large.server.waitingRequests() == 50);
      var quick = askFor("db", large);
      Patience.assertSoon(() -> large.server.waitingRequests() == 51);
      wake(large, "slow");
      Patience.assertSoon(() -> large.server.waitingRequests() == 1);
      wake(large, "db");
      assertThat(quick.read().status()).isEqualTo(304);
      kms.complete(Secrets.gone());
      for (var client : slow) {
        assertThat(client.read().status()).isEqualTo(404);
      }
    }
  }

  private ClientConnection askFor(String name, TestAgent asked) {
    var client = Unchecked.get(() -> new ClientConnection(asked.port));
    clients.add(client);
    assertThat(client.trySend(ClientConnection.head(head("/v1/" + name)))).isTrue();
    return client;
  }

  @Test
  void with_a_maximum_of_0_none_waits() {
    try (var none = new TestAgent("MaxWaiting = 0")) {
      none.hold(OLD);
      var answer = none.get("/v1/db", "If-None-Match", TAG, "Prefer", "wait=55");
      assertThat(answer.status()).isEqualTo(304);
    }
  }
}
