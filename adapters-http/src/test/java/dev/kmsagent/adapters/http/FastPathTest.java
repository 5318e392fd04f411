package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is at hand is answered where it was asked for, and waits for nobody. */
class FastPathTest {
  private static final String[] ASK_FOR_LARGE = {
    "GET /v1/large HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN
  };

  private final TestAgent agent = new TestAgent();
  private final SlowSecret slow = new SlowSecret(agent);

  @AfterEach
  void stop() {
    slow.comes();
    agent.close();
  }

  @Test
  void a_hit_is_looked_up_by_the_thread_that_read_the_request_and_a_miss_by_another() {
    agent.hold(Secrets.text("at-hand", "v1", "value"));
    agent.secrets.answer(
        "absent", agent.found(Secrets.text("absent", "v1", "value"), CacheState.MISS));
    assertThat(agent.get("/v1/at-hand").status()).isEqualTo(200);
    assertThat(agent.get("/v1/absent").status()).isEqualTo(200);
    assertThat(agent.secrets.askers()).hasSize(2);
    assertThat(agent.secrets.askers().getFirst().isVirtual()).isFalse();
    assertThat(agent.secrets.askers().getLast().isVirtual()).isTrue();
  }

  @Test
  void a_hit_that_may_have_to_wait_for_the_audit_trail_is_given_by_a_thread_that_may() {
    try (var audited = TestAgent.auditing()) {
      audited.hold(Secrets.text("at-hand", "v1", "value"));
      assertThat(audited.get("/v1/at-hand").status()).isEqualTo(200);
      assertThat(audited.secrets.askers()).hasSize(1).allMatch(Thread::isVirtual);
    }
  }

  @Test
  void many_requests_that_wait_delay_no_hit() throws Exception {
    agent.hold(Secrets.text("at-hand", "v1", "value"));
    var waiting = new ArrayList<RawClient>();
    for (int i = 0; i < 50; i++) {
      waiting.add(slow.ask());
    }
    assertThat(agent.get("/v1/at-hand").status()).isEqualTo(200);
    slow.comes();
    for (var client : waiting) {
      assertThat(client.read().status()).isEqualTo(200);
      client.close();
    }
  }

  @Test
  void a_client_that_asks_on_and_does_not_read_delays_nobody_and_loses_nothing()
      throws IOException {
    agent.hold(Secrets.text("large", "v1", "x".repeat(1 << 20)));
    try (var deaf = new RawClient(agent.port)) {
      for (int i = 0; i < 20; i++) {
        deaf.sendHead(ASK_FOR_LARGE);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(agent.get("/v1/large").status()).isEqualTo(200);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(deaf.read().body()).hasSizeGreaterThan(1 << 20);
      }
    }
  }

  @Test
  void a_client_that_does_not_wait_for_its_answers_gives_way_to_others() throws IOException {
    agent.hold(Secrets.text("at-hand", "v1", "value"));
    int asked = 3 * FastPathHandler.PIPELINED_REQUESTS;
    try (var hasty = new RawClient(agent.port)) {
      for (int i = 0; i < asked; i++) {
        hasty.sendHead(
            "GET /v1/at-hand HTTP/1.1", "Host: localhost", "X-KMS-Token: " + TestAgent.TOKEN);
      }
      for (int i = 0; i < asked; i++) {
        assertThat(hasty.read().status()).isEqualTo(200);
      }
    }
    assertThat(agent.secrets.askers()).hasSize(asked).filteredOn(Thread::isVirtual).hasSize(3);
  }

  @Test
  void a_bug_in_a_look_up_is_an_answer() {
    agent.secrets.breakDown(new IllegalStateException("a bug"));
    var answer = agent.get("/v1/any");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.code()).isEqualTo("InternalFailure");
    assertThat(answer.header("X-Request-Id")).startsWith("test-");
  }
}
