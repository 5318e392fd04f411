package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  private final TestAgent agent = new TestAgent();
  private final SlowSecret slow = new SlowSecret(agent);

  private CompletableFuture<Void> stop(Duration grace) {
    return CompletableFuture.runAsync(() -> agent.server.stop(grace));
  }

  /** Asks over one kept connection after the other until it is sent away. */
  private static Answer onceItStops(List<RawClient> kept) throws IOException {
    for (var client : kept) {
      var answer = askForQuick(client);
      while (answer.status() == 200 && !answer.header("Connection").equals("close")) {
        answer = askForQuick(client);
      }
      if (answer.status() != 200) {
        return answer;
      }
    }
    throw new AssertionError("everything was served");
  }

  private static Answer askForQuick(RawClient client) throws IOException {
    client.sendHead("GET /v1/quick HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
    return client.read();
  }

  @Test
  void what_is_in_flight_is_finished_and_what_is_new_is_sent_away() throws Exception {
    agent.hold(Secrets.text("quick", "v1", "value"));
    try (var inFlight = slow.ask();
        var one = new RawClient(agent.port);
        var two = new RawClient(agent.port);
        var three = new RawClient(agent.port)) {
      var kept = List.of(one, two, three);
      for (var client : kept) {
        assertThat(askForQuick(client).status()).isEqualTo(200);
      }
      var stopped = stop(Duration.ofSeconds(30));

      var refused = onceItStops(kept);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("ShuttingDown");
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.header("Connection")).isEqualTo("close");
      assertThat(refused.header("X-Request-Id")).startsWith("test-");
      assertThatThrownBy(() -> new RawClient(agent.port)).isInstanceOf(ConnectException.class);

      slow.comes();
      assertThat(inFlight.read().status()).isEqualTo(200);
      stopped.join();
    }
  }

  @Test
  void what_takes_longer_than_the_grace_is_cut_off() throws Exception {
    try (var inFlight = slow.ask()) {
      stop(Duration.ofMillis(50)).join();
      assertThat(inFlight.ended()).isTrue();
    }
  }

  @Test
  void a_server_with_nothing_to_do_stops_and_leaves_its_ports() throws Exception {
    stop(Duration.ofSeconds(30)).join();
    assertThatThrownBy(() -> new RawClient(agent.port)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> new RawClient(agent.managementPort))
        .isInstanceOf(ConnectException.class);
  }
}
