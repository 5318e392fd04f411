package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the agent says that it is ready. */
final class ReadinessTest {
  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private static String status(AgentAnswer page) {
    return page.status() + " " + page.text("status");
  }

  private static void awaitReady(AgentClient client) {
    Patience.see(() -> client.get("/readyz").status(), status -> status == 200);
  }

  @Test
  void secrets_are_loaded_before_it_is_ready() {
    var one = cloud.newSecret("value");
    var other = cloud.newSecret("value");
    var answers = new CountDownLatch(1);
    try (var road = Relay.to(cloud.emulator().port());
        var agent = WiredAgent.start(prefetching(one, other, closed(road, answers)), time)) {
      var client = agent.client();

      var early = client.get("/readyz");
      assertThat(status(early)).isEqualTo("503 DOWN");
      assertThat(early.body()).contains("being prefetched");
      assertThat(status(client.get("/healthz"))).isEqualTo("200 UP");

      answers.countDown();
      awaitReady(client);
      assertThat(client.secret(one).cacheStatus()).isEqualTo("hit");
      assertThat(client.secret(other).cacheStatus()).isEqualTo("hit");
    }
  }

  private AgentSetup prefetching(String one, String other, Relay road) {
    return cloud
        .setup()
        .with("Cache.Prefetch = [\"%s\", \"%s\"]".formatted(one, other))
        .with("KMS.Endpoint = \"%s\"".formatted(road.endpoint()))
        .with("KMS.ReadTimeoutMillis = 60000\nServer.RequestTimeoutSeconds = 60");
  }

  private static Relay closed(Relay road, CountDownLatch until) {
    road.holdUp(until);
    return road;
  }

  @Test
  void a_secret_that_cannot_be_loaded_delays_it_until_the_deadline() {
    var one = cloud.newSecret("value");
    var hanging = cloud.newSecret("value");
    cloud.fail(hanging, new Fault.Hang());
    try (var agent =
        cloud.agent(
            time,
            """
            Cache.Prefetch = ["%s", "%s", "missing"]
            Server.RequestTimeoutSeconds = 5
            KMS.ReadTimeoutMillis = 60000
            """
                .formatted(one, hanging))) {
      Patience.see(() -> cloud.calls(hanging), calls -> calls > 0);
      assertThat(agent.client().secret(one).status()).isEqualTo(200);
      assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
      time.advance(Duration.ofSeconds(5));
      awaitReady(agent.client());

      assertThat(agent.client().get("/readyz").body()).contains("Prefetching is over");
    }
  }
}
