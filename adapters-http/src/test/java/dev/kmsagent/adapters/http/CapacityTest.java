package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.dialect.EntityTags;
import dev.kmsagent.adapters.http.dialect.KmsDialect;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two requests that wait are handled at once, and no more; what is at hand does not wait. */
class CapacityTest {
  private final TestAgent agent =
      new TestAgent(new KmsDialect(new EntityTags(new Random(1))), "/v1/", 2);
  private final SlowSecret slow = new SlowSecret(agent);

  CapacityTest() {
    agent.hold(Secrets.text("at-hand", "v1", "value"));
    agent.secrets.answer(
        "quick", agent.found(Secrets.text("quick", "v1", "value"), CacheState.MISS));
  }

  @Test
  void what_is_at_hand_needs_no_place() throws Exception {
    try (var one = slow.ask();
        var other = slow.ask()) {
      assertThat(agent.get("/v1/at-hand").status()).isEqualTo(200);
      assertThat(agent.get("/v1/quick").status()).isEqualTo(429);
      slow.comes();
      assertThat(one.read().status() + other.read().status()).isEqualTo(400);
    }
  }

  @Test
  void what_the_cache_may_give_without_waiting_needs_none_either() throws Exception {
    agent.secrets.standIn(
        "quick", agent.found(Secrets.text("quick", "v1", "old"), CacheState.STALE));
    try (var one = slow.ask();
        var other = slow.ask()) {
      var answer = agent.get("/v1/quick");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("old");
      assertThat(agent.get("/v1/quick?refreshNow=true").status()).isEqualTo(429);
      assertThat(agent.send(agent.port, "GET", "/v1/quick").status()).isEqualTo(429);
      slow.comes();
      assertThat(one.read().status() + other.read().status()).isEqualTo(400);
    }
  }

  @AfterEach
  void stop() {
    slow.comes();
    agent.close();
  }

  @Test
  void one_too_many_is_turned_away_and_told_when_to_come_again() throws Exception {
    try (var one = slow.ask();
        var other = slow.ask()) {
      var answer = agent.get("/v1/quick");
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.code()).isEqualTo("TooManyRequests");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      assertThat(agent.events.all()).contains(new RequestRejected(429, "TooManyRequests"));
      slow.comes();
      assertThat(one.read().status()).isEqualTo(200);
      assertThat(other.read().status()).isEqualTo(200);
    }
  }

  @Test
  void it_is_turned_away_before_any_other_check() throws Exception {
    try (var one = slow.ask();
        var other = slow.ask()) {
      assertThat(agent.send(agent.port, "POST", "/nowhere", "Via", "x").status()).isEqualTo(429);
      slow.comes();
      assertThat(one.read().status() + other.read().status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ping", "/healthz", "/readyz", "/metrics"})
  void the_open_paths_are_not_counted(String path) throws Exception {
    try (var one = slow.ask();
        var other = slow.ask()) {
      assertThat(agent.get(path).status()).isEqualTo(200);
      slow.comes();
      assertThat(one.read().status() + other.read().status()).isEqualTo(400);
    }
  }

  @Test
  void a_connection_that_was_turned_away_is_served_when_there_is_room() throws Exception {
    try (var one = slow.ask();
        var other = slow.ask();
        var third = new RawClient(agent.port)) {
      assertThat(askForQuick(third).status()).isEqualTo(429);
      slow.comes();
      one.read();
      other.read();
      assertThat(onceThereIsRoom(third).status()).isEqualTo(200);
    }
  }

  @Test
  void a_client_that_goes_away_leaves_its_place() throws Exception {
    slow.ask().close();
    slow.ask().close();
    slow.comes();
    try (var third = new RawClient(agent.port)) {
      assertThat(onceThereIsRoom(third).status()).isEqualTo(200);
    }
  }

  /** A place is free when the answer has been written, which is after its client has read it. */
  private static Answer onceThereIsRoom(RawClient client) throws IOException {
    var answer = askForQuick(client);
    while (answer.status() == 429) {
      answer = askForQuick(client);
    }
    return answer;
  }

  private static Answer askForQuick(RawClient client) throws IOException {
    client.sendHead("GET /v1/quick HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
    return client.read();
  }
}
