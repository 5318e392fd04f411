package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.TestAgent.SlowSecret;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  /** Longer than the test may take. */
  private static final Duration LONG = Duration.ofMinutes(5);

  private final TestAgent agent = new TestAgent();
  private final SlowSecret slow = new SlowSecret(agent);

  /** Begins to stop, and closes connections that are idle for so long. */
  private CompletableFuture<Void> stop(Duration idle) {
    return CompletableFuture.runAsync(() -> agent.server.stop(LONG, idle));
  }

  /** Requests an uncached secret over one open connection after the other, until one is refused. */
  private static Answer onceItStops(List<RawClient> kept) {
    return kept.stream()
        .map(client -> untilClosed(client, "absent"))
        .filter(answer -> answer.status() != 200)
        .findFirst()
        .orElseThrow();
  }

  /** Repeats the request until an answer announces that the connection is closed. */
  private static Answer untilClosed(RawClient client, String name) {
    return Patience.see(
        () -> client.get("/v1/" + name), answer -> answer.header("Connection").equals("close"));
  }

  private boolean refusesConnections() {
    try (var late = new RawClient(agent.port)) {
      late.send("");
      return false;
    } catch (ConnectException stopped) {
      return true;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Connections that were open before; each gets one more answer while the server stops. */
  private List<RawClient> keepAlive(int connections) throws IOException {
    var kept = new ArrayList<RawClient>();
    for (int i = 0; i < connections; i++) {
      kept.add(new RawClient(agent.port));
      assertThat(kept.getLast().get("/v1/cached").status()).isEqualTo(200);
    }
    return kept;
  }

  @Test
  void requests_in_flight_finish_hits_are_served_and_misses_are_answered_503() throws Exception {
    agent.hold(Secrets.text("cached", "v1", "value"));
    agent.give(Secrets.text("absent", "v1", "value"));
    try (var inFlight = slow.ask()) {
      var kept = keepAlive(20);
      var stopped = stop(LONG);
      Patience.assertSoon(this::refusesConnections);

      var refused = onceItStops(kept.subList(1, kept.size()));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("ShuttingDown");
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.header("Connection")).isEqualTo("close");
      assertThat(refused.header("X-Request-Id")).startsWith("test-");
      assertThat(untilClosed(kept.getFirst(), "cached").status()).isEqualTo(200);

      slow.comes();
      assertThat(inFlight.read().status()).isEqualTo(200);
      for (var client : kept) {
        client.close();
      }
      stopped.join();
    }
  }

  @Test
  void an_idle_connection_is_closed_and_one_with_a_request_in_flight_is_not() throws Exception {
    agent.hold(Secrets.text("cached", "v1", "value"));
    try (var inFlight = slow.ask()) {
      var idle = keepAlive(1).getFirst();
      var stopped = stop(Duration.ofMillis(1));
      assertThat(idle.ended()).isTrue();

      slow.comes();
      assertThat(inFlight.read().status()).isEqualTo(200);
      stopped.join();
      idle.close();
    }
  }

  @Test
  void what_takes_longer_than_the_grace_is_cut_off() throws Exception {
    try (var inFlight = slow.ask()) {
      agent.server.stop(Duration.ofMillis(50));
      assertThat(inFlight.ended()).isTrue();
    }
  }
}
