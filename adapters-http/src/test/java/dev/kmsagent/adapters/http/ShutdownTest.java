package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.TestAgent.SlowSecret;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  /** Longer than the test may take. */
  private static final Duration LONG = Duration.ofMinutes(5);

  @AutoClose private final TestAgent agent = new TestAgent(TestAgent.VAULT);
  private final SlowSecret slow = new SlowSecret(agent);

  ShutdownTest() {
    agent.hold(Secrets.text("cached", "v1", "{\"user\":\"u\"}"));
    agent.give(Secrets.text("absent", "v1", "value"));
  }

  /** Closes connections that are idle for so long; returns once it accepts none. */
  private CompletableFuture<Void> stop(Duration idle) {
    var stopped = CompletableFuture.runAsync(() -> agent.server.stop(LONG, idle));
    Patience.assertSoon(() -> refusesConnections(agent.port));
    Patience.assertSoon(() -> refusesConnections(agent.managementPort));
    return stopped;
  }

  private static boolean refusesConnections(int port) {
    try (var late = new ClientConnection(port)) {
      late.send("");
      return false;
    } catch (ConnectException stopped) {
      return true;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A connection that was open before. */
  private static ClientConnection keepAlive(int port) throws IOException {
    var client = new ClientConnection(port);
    assertThat(TestAgent.get(client, "/ping").status()).isEqualTo(200);
    return client;
  }

  /** Repeats the request until an answer announces that it is the last of its connection. */
  private static AgentAnswer last(ClientConnection client, String target) {
    return Patience.see(
        () -> TestAgent.get(client, target), answer -> answer.header("Connection").equals("close"));
  }

  private static void assertLast(int status, ClientConnection client, AgentAnswer answer)
      throws IOException {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Connection")).isEqualTo("close");
    assertThat(client.ended()).isTrue();
    client.close();
  }

  @Test
  void a_request_on_an_open_connection_is_answered_as_before_and_ends_it() throws Exception {
    var targets =
        List.of(
            "/secretsmanager/get?secretId=cached",
            "/secretsmanager/get?secretId=cached&field=user",
            "/secretsmanager/get?secretId=cached&refreshNow=true",
            "/secretsmanager/get?secretId=absent",
            "/v1/secret/data/cached",
            "/v1/sys/health",
            "/readyz");
    var kept = new ArrayList<ClientConnection>();
    for (var _ : targets) {
      kept.add(keepAlive(agent.port));
    }
    var wrong = keepAlive(agent.port);
    var probe = keepAlive(agent.managementPort);
    var inFlight = slow.ask();

    var stopped = stop(LONG);
    for (var target : targets) {
      var client = kept.removeFirst();
      assertLast(200, client, last(client, target));
    }
    assertLast(404, wrong, last(wrong, "/gone"));
    assertLast(200, probe, last(probe, "/metrics"));
    slow.comes();
    assertLast(200, inFlight, inFlight.read());
    stopped.join();
  }

  @Test
  void an_idle_connection_is_closed_and_one_with_a_request_in_flight_is_not() throws Exception {
    try (var idle = keepAlive(agent.port);
        var inFlight = slow.ask()) {
      var stopped = stop(Duration.ofMillis(1));
      assertThat(idle.ended()).isTrue();

      slow.comes();
      assertThat(inFlight.read().status()).isEqualTo(200);
      stopped.join();
    }
  }

  @Test
  void what_takes_longer_than_the_grace_is_cut_off() throws Exception {
    try (var half = keepAlive(agent.port);
        var inFlight = slow.ask()) {
      half.send("GET /");
      agent.server.stop(Duration.ofMillis(50), LONG);
      assertThat(half.ended()).isTrue();
      assertThat(inFlight.ended()).isTrue();
    }
  }
}
