package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many clients at once, and KMS that is slow to answer. */
final class ConcurrencyTest {
  /** The default. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final Relay road = Relay.to(cloud.emulator().port());
  private final CountDownLatch answers = new CountDownLatch(1);

  @AfterEach
  void clean_up() throws IOException {
    answers.countDown();
    road.close();
    cloud.close();
  }

  /** One whose answers from KMS can be held up. */
  private WiredAgent agent() {
    return cloud.agent(time, "KMS.Endpoint = \"%s\"".formatted(road.endpoint()));
  }

  @Test
  void a_hundred_clients_that_miss_one_secret_make_one_call() {
    try (var agent = agent()) {
      var name = cloud.newSecret("value");
      road.holdUp(answers);

      var reads = Stream.generate(() -> agent.client().readAsync(name)).limit(100).toList();
      time.awaitDue(REQUEST_TIMEOUT, reads.size());
      answers.countDown();

      assertThat(reads)
          .extracting(CompletableFuture::join)
          .allSatisfy(answer -> assertThat(answer.text("SecretData")).isEqualTo("value"));
      assertThat(cloud.calls(name)).isOne();
    }
  }

  @Test
  void calls_beyond_the_rate_are_turned_away_until_the_next_second() {
    try (var agent = cloud.agentWithoutRetries(time, "KMS.MaxCallsPerSecond = 1")) {
      assertThat(agent.client().secret(cloud.newSecret("value")).verdict()).isEqualTo("200");
      assertThat(agent.client().secret(cloud.newSecret("value")).verdict())
          .isEqualTo("503 Overloaded");
      time.advance(Duration.ofSeconds(1));
      assertThat(agent.client().secret(cloud.newSecret("value")).verdict()).isEqualTo("200");
    }
  }
}
