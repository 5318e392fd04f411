package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the breaker does while KMS fails, and once it works again. */
final class CircuitBreakerTest {
  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private WiredAgent agent() {
    return cloud.agentWithoutRetries(
        time,
        """
        KMS.CircuitBreaker.Enabled = true
        KMS.CircuitBreaker.FailureRateThreshold = 80
        KMS.CircuitBreaker.OpenSeconds = 3600
        """);
  }

  private AgentAnswer good(WiredAgent agent) {
    return agent.client().secret(cloud.newSecret("value"));
  }

  private void bad(WiredAgent agent, int times) {
    for (int i = 0; i < times; i++) {
      var name = cloud.newSecret("value");
      cloud.fail(name, new Fault.Failure(503, "ServiceUnavailableTemporary"));
      agent.client().secret(name);
    }
  }

  /** As the metrics tell it. */
  private static String state(WiredAgent agent) {
    return agent
        .client()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.matches("kms_agent_breaker_state\\{state=.*} 1\\.0"))
        .map(line -> line.replaceAll(".*\"(.*)\".*", "$1"))
        .reduce((one, other) -> one + " and " + other)
        .orElse("none");
  }

  @Test
  void it_opens_after_enough_failures_and_closes_after_a_trial() {
    try (var agent = agent()) {
      bad(agent, 4);
      assertThat(state(agent)).isEqualTo("closed");
      bad(agent, 1);
      assertThat(state(agent)).isEqualTo("open");

      time.advance(Duration.ofHours(1).minusMillis(1));
      assertThat(good(agent).verdict()).isEqualTo("503 CircuitOpen");
      time.advance(Duration.ofMillis(2));
      assertThat(good(agent).status()).isEqualTo(200);
      assertThat(state(agent)).isEqualTo("closed");
    }
  }

  @Test
  void only_the_share_of_failures_counts() {
    try (var agent = agent()) {
      good(agent);
      good(agent);
      bad(agent, 7);
      assertThat(state(agent)).isEqualTo("closed");
      bad(agent, 1);
      assertThat(state(agent)).isEqualTo("open");
    }
  }

  @Test
  void while_it_is_open_kms_is_left_alone_and_hits_go_on() {
    var cached = cloud.newSecret("cached");
    var untouched = cloud.newSecret("value");
    try (var agent = agent()) {
      var client = agent.client();
      client.secret(cached);
      bad(agent, 4);

      var refused = client.secret(untouched);

      assertThat(refused.verdict()).isEqualTo("503 CircuitOpen");
      assertThat(refused.header("retry-after")).isPresent();
      assertThat(cloud.calls(untouched)).isZero();
      assertThat(client.secret(cached).cacheStatus()).isEqualTo("hit");
      assertThat(client.get("/readyz").body()).contains("The circuit breaker is open");
    }
  }

  @Test
  void a_secret_that_is_missing_or_denied_never_opens_it() {
    var denied = cloud.newSecret("value");
    cloud.emulator().secrets().deny(denied);
    try (var agent = agent()) {
      for (int i = 0; i < 5; i++) {
        agent.client().secret(cloud.missingSecret());
        agent.client().refreshed(denied);
      }

      assertThat(state(agent)).isEqualTo("closed");
    }
  }
}
