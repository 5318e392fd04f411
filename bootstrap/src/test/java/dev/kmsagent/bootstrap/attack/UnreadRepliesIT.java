package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.TestCloud;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send request after request and read no reply. */
@Tag("thorough")
@Isolated("uses both processors")
final class UnreadRepliesIT {
  private static byte[] requests(int count, String target, String field) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
        .formatted(target, field)
        .repeat(count)
        .getBytes(ISO_8859_1);
  }

  @Test
  void eight_hundred_clients_without_a_token_take_no_place_from_misses() throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var target = "/secretsmanager/get?secretId=" + agent.cachedSecret();
      attack(agent, agent.process().port(), 800, requests(50, target, ""));
      agent.assertUnharmed("800 clients without a token that do not read");
    }
  }

  /** Whoever has the token gets what it asks for, and a share of the processor for it. */
  @Test
  void clients_with_the_token_that_do_not_read_large_secrets_cost_no_memory_each()
      throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var large = agent.cloud().newSecret("x".repeat(30_000));
      assertThat(agent.client().secret(large).status()).isEqualTo(200);
      var target = "/secretsmanager/get?secretId=" + large;
      var token = "X-KMS-Token: " + TestCloud.TOKEN + "\r\n";
      attack(agent, agent.process().port(), 400, requests(20, target, token));
      agent.assertUnharmed("400 clients with the token that do not read", Duration.ofMillis(250));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/readyz"})
  void five_hundred_clients_that_do_not_read_a_status_page_cost_no_memory_each(String page)
      throws IOException {
    try (var agent = AttackedAgent.start("")) {
      attack(agent, agent.process().management().port(), 500, requests(20, page, ""));
      attack(agent, agent.process().port(), 500, requests(20, page, ""));
      agent.assertUnharmed("500 clients of each listener that do not read " + page);
    }
  }

  private static void attack(AttackedAgent agent, int port, int clients, byte[] requests)
      throws IOException {
    try (var attackers = new Connections(port)) {
      agent.attack(attackers, clients, requests, requests);
    }
  }
}
