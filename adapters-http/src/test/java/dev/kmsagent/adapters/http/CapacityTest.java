package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The limit on concurrent requests that may wait, here two. */
class CapacityTest {
  private final TestAgent agent = new TestAgent("MaxConn = 2");
  private final SlowSecret slow = new SlowSecret(agent);

  CapacityTest() {
    agent.hold(Secrets.text("cached", "v1", "value"));
    agent.give(Secrets.text("quick", "v1", "value"));
  }

  @Test
  void a_hit_a_rejection_and_a_status_page_need_no_permit_and_any_other_is_answered_429()
      throws Exception {
    try (var one = slow.ask();
        var other = slow.ask()) {
      assertThat(agent.get("/v1/cached").status()).isEqualTo(200);
      assertThat(agent.send(agent.port, "POST", "/nowhere", "Via", "x").status()).isEqualTo(400);
      assertThat(agent.send(agent.port, "GET", "/v1/quick").status()).isEqualTo(403);
      assertThat(agent.get("/v1/quick?nonsense").status()).isEqualTo(400);
      for (var page : Admission.Page.values()) {
        assertThat(agent.get(page.path()).status()).isEqualTo(200);
      }
      assertTooMany(agent.get("/v1/quick"));
      slow.comes();
      assertThat(one.read().status() + other.read().status()).isEqualTo(400);
    }
  }

  private void assertTooMany(Answer answer) {
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.code()).isEqualTo("TooManyRequests");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(agent.events.all()).contains(new RequestRejected(429, "TooManyRequests"));
  }

  @Test
  void a_value_that_the_cache_may_serve_stale_needs_no_permit() throws Exception {
    agent.secrets.standIn(
        "quick", agent.found(Secrets.text("quick", "v1", "old"), CacheState.STALE));
    try (var one = slow.ask();
        var other = slow.ask()) {
      var answer = agent.get("/v1/quick");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("old");
      assertThat(agent.get("/v1/quick?refreshNow=true").status()).isEqualTo(429);
      assertThat(agent.send(agent.port, "GET", "/v1/quick").status()).isEqualTo(403);
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
  void a_connection_that_was_answered_429_is_served_once_a_permit_is_free() throws Exception {
    try (var one = slow.ask();
        var other = slow.ask();
        var third = new RawClient(agent.port)) {
      assertThat(third.get("/v1/quick").status()).isEqualTo(429);
      slow.comes();
      one.read();
      other.read();
      assertThat(onceAPermitIsFree(third).status()).isEqualTo(200);
    }
  }

  @Test
  void a_client_that_disconnects_leaks_no_permit() throws Exception {
    slow.ask().close();
    slow.ask().close();
    slow.comes();
    try (var third = new RawClient(agent.port)) {
      assertThat(onceAPermitIsFree(third).status()).isEqualTo(200);
    }
  }

  /** Its answer is larger than what the sockets of both ends buffer. */
  @Test
  void a_client_that_does_not_read_its_answer_holds_no_permit() throws Exception {
    agent.give(Secrets.text("large", "v1", "x".repeat(16 << 20)));
    var slowReader = new ArrayList<RawClient>();
    for (int i = 0; i < 2; i++) {
      slowReader.add(new RawClient(agent.port));
      slowReader.getLast().ask("/v1/large");
      assertThat(slowReader.getLast().readHead().status()).isEqualTo(200);
    }
    assertThat(agent.get("/v1/quick").status()).isEqualTo(200);
    for (var client : slowReader) {
      client.close();
    }
  }

  @Test
  void a_bug_is_an_internal_failure_and_leaks_no_permit() {
    agent.secrets.answer(
        "thrown",
        () -> {
          throw new IllegalStateException("a bug");
        });
    var failed = CompletableFuture.<Retrieval>failedFuture(new IllegalStateException("a bug"));
    agent.secrets.answer("failed", () -> failed);
    for (int i = 0; i < 3; i++) {
      for (var answer : List.of(agent.get("/v1/thrown"), agent.get("/v1/failed"))) {
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.code()).isEqualTo("InternalFailure");
        assertThat(answer.body()).doesNotContain("bug", "Exception");
      }
    }
    assertThat(agent.get("/v1/quick").status()).isEqualTo(200);
  }

  private static Answer onceAPermitIsFree(RawClient client) {
    return client.getUntil("/v1/quick", answer -> answer.status() != 429);
  }
}
