package dev.kmsagent.bootstrap.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.wiring.SystemScheduler;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Pods that all start at once, and all want the same; with this machine for themselves. */
@Isolated
class ColdClusterTest {
  private static final int AGENTS = 50;
  private static final int SECRETS = 20;

  /** After which a lease ends: on a machine that is busy for longer, another agent leads, too. */
  private static final Duration LEASE = Duration.ofSeconds(3);

  @Test
  void fifty_agents_that_start_cold_cost_one_call_for_each_secret() {
    try (var redis = RedisProcess.start();
        var scheduler = new SystemScheduler("kms-timers")) {
      var kms = new SlowKms(scheduler, Duration.ofMillis(50));
      var agents =
          IntStream.range(0, AGENTS).mapToObj(_ -> new SharingAgent(redis.port(), kms)).toList();
      try {
        var start = System.nanoTime();
        assertThat(readAll(agents)).hasSize(AGENTS * SECRETS).allMatch(Found.class::isInstance);
        var leases = 1 + (int) ((System.nanoTime() - start) / LEASE.toNanos());
        assertThat(kms.allCalls())
            .as("calls to KMS: %s", kms.calls())
            .isBetween(SECRETS, SECRETS * leases);
      } finally {
        agents.forEach(SharingAgent::close);
      }
    }
  }

  private static List<?> readAll(List<SharingAgent> agents) {
    var reads =
        agents.stream()
            .flatMap(agent -> IntStream.range(0, SECRETS).mapToObj(i -> agent.read("app/" + i)))
            .toList();
    return reads.stream().map(read -> read.orTimeout(30, TimeUnit.SECONDS).join()).toList();
  }
}
