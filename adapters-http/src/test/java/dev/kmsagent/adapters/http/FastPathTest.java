package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.TestAgent.SlowSecret;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cached secrets are served on the thread that read the request; no other request delays them. */
class FastPathTest {
  @AutoClose private final TestAgent agent = new TestAgent();

  @Test
  void a_hit_is_served_on_the_thread_that_read_the_request_and_a_miss_on_a_virtual_one() {
    agent.hold(Secrets.text("cached", "v1", "value"));
    agent.give(Secrets.text("absent", "v1", "value"));
    assertThat(agent.get("/v1/cached").status()).isEqualTo(200);
    assertThat(agent.get("/v1/absent").status()).isEqualTo(200);
    assertThat(agent.secrets.askers).hasSize(2);
    assertThat(agent.secrets.askers.getFirst().isVirtual()).isFalse();
    assertThat(agent.secrets.askers.getLast().isVirtual()).isTrue();
  }

  @Test
  void a_client_that_sends_requests_and_does_not_read_delays_no_other_and_gets_every_answer()
      throws IOException {
    agent.hold(Secrets.text("large", "v1", "x".repeat(1 << 20)));
    try (var slowReader = new ClientConnection(agent.port)) {
      for (int i = 0; i < 20; i++) {
        slowReader.send(TestAgent.request("/v1/large"));
      }
      for (int i = 0; i < 10; i++) {
        assertThat(agent.get("/v1/large").status()).isEqualTo(200);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(slowReader.read().body()).hasSizeGreaterThan(1 << 20);
      }
    }
  }

  @Test
  void a_client_that_pipelines_requests_yields_the_thread_to_others() throws IOException {
    agent.hold(Secrets.text("cached", "v1", "value"));
    int asked = 3 * FastPathHandler.PIPELINED_REQUESTS;
    try (var pipelining = new ClientConnection(agent.port)) {
      pipelining.send(TestAgent.request("/v1/cached").repeat(asked));
      for (int i = 0; i < asked; i++) {
        assertThat(pipelining.read().status()).isEqualTo(200);
      }
    }
    assertThat(agent.secrets.askers).hasSize(asked);
    assertThat(agent.secrets.askers.subList(0, asked - 1)).filteredOn(Thread::isVirtual).hasSize(2);
  }

  @Test
  void a_rejected_request_is_answered_on_the_thread_that_read_it() {
    assertThat(agent.send(agent.port, "GET", "/v1/cached").status()).isEqualTo(403);
    assertThat(agent.get("/nowhere").status()).isEqualTo(404);
    assertThat(agent.get("/v1/cached?nonsense").status()).isEqualTo(400);
    assertThat(agent.send(agent.managementPort, "POST", "/ping").status()).isEqualTo(405);
    assertThat(agent.publishers).hasSize(4).noneMatch(Thread::isVirtual);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/cached", "/ping", "/readyz"})
  void what_needs_no_token_is_the_last_of_a_connection_that_pipelines(String path)
      throws IOException {
    try (var pipelining = new ClientConnection(agent.port)) {
      pipelining.send(ClientConnection.request(path).repeat(3));
      assertThat(pipelining.read().header("Connection")).isEqualTo("close");
      assertThat(pipelining.ended()).isTrue();
    }
  }

  /** The limit on concurrent requests that may wait, here two. */
  @Nested
  class Where_two_requests_may_wait {
    private final TestAgent small = new TestAgent("MaxConn = 2");
    private final SlowSecret slow = new SlowSecret(small);

    Where_two_requests_may_wait() {
      small.hold(Secrets.text("cached", "v1", "value"));
      small.give(Secrets.text("quick", "v1", "value"));
      small.give(Secrets.text("large", "v1", "x".repeat(16 << 20)));
      var old = Secrets.text("stale", "v1", "old");
      small.secrets.standIns.put("stale", small.found(old, CacheState.STALE));
    }

    @AfterEach
    void stop() {
      slow.comes();
      small.close();
    }

    @Test
    void what_the_cache_has_a_rejection_and_a_page_need_no_permit_and_any_other_gets_429()
        throws Exception {
      try (var one = slow.ask();
          var other = slow.ask()) {
        assertThat(small.get("/v1/cached").status()).isEqualTo(200);
        assertThat(small.get("/v1/stale").body()).contains("old");
        assertThat(small.get("/v1/stale?refreshNow=true").status()).isEqualTo(429);
        assertThat(small.get("/v1/stale?rejected=v1").status()).isEqualTo(429);
        assertThat(small.send(small.port, "POST", "/nowhere", "Via", "x").status()).isEqualTo(400);
        assertThat(small.send(small.port, "GET", "/v1/quick").status()).isEqualTo(403);
        assertThat(small.get("/v1/quick?nonsense").status()).isEqualTo(400);
        for (var page : TestAgent.PAGES) {
          assertThat(small.get(page).status()).isEqualTo(200);
        }
        var tooMany = small.get("/v1/quick");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.text("Code")).isEqualTo("TooManyRequests");
        assertThat(tooMany.header("Retry-After")).isEqualTo("1");
        assertThat(small.rejections()).contains("429 TooManyRequests from 127.0.0.1");
        slow.comes();
        assertThat(one.read().status() + other.read().status()).isEqualTo(400);
      }
    }

    @Test
    void a_client_that_disconnects_leaks_no_permit_and_one_that_got_429_is_served_then()
        throws Exception {
      try (var third = new ClientConnection(small.port)) {
        try (var _ = slow.ask();
            var _ = slow.ask()) {
          assertThat(TestAgent.get(third, "/v1/quick").status()).isEqualTo(429);
        }
        slow.comes();
        var served =
            Patience.see(() -> TestAgent.get(third, "/v1/quick"), answer -> answer.status() != 429);
        assertThat(served.status()).isEqualTo(200);
      }
    }

    /** Its answer is larger than what the sockets of both ends buffer. */
    @Test
    void a_client_that_does_not_read_its_answer_holds_no_permit_and_no_thread() throws Exception {
      try (var one = new ClientConnection(small.port);
          var other = new ClientConnection(small.port)) {
        for (var client : List.of(one, other)) {
          client.send(TestAgent.request("/v1/large", "Connection: close"));
          assertThat(client.readHead().status()).isEqualTo(200);
        }
        for (var thread : small.secrets.askers) {
          thread.join();
        }
        assertThat(small.get("/v1/quick").status()).isEqualTo(200);
        assertThat(one.readText())
            .as("the thread has not ended because the server gave the client up")
            .hasSizeGreaterThanOrEqualTo(16 << 20);
      }
    }
  }
}
