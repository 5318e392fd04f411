package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a value lives in the cache, and what takes its place. */
final class FreshnessTest {

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final String name = cloud.newSecret("old");

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private String read(WiredAgent agent) {
    return agent.client().secret(name).summary();
  }

  @Test
  void a_value_is_fresh_for_its_ttl_and_then_read_again() {
    try (var agent =
        cloud.agent(
            time,
            """
            Cache.CacheType = "inmemory"
            Cache.TtlSeconds = 3600
            Cache.TtlJitterRatio = 0.0
            Cache.RefreshAheadRatio = 1.0
            """)) {
      assertThat(read(agent)).isEqualTo("old, fwd=miss");
      cloud.emulator().secrets().put(name, "v2", "new");

      time.advance(Duration.ofHours(1).minusMillis(1));
      assertThat(read(agent)).isEqualTo("old, hit");
      time.advance(Duration.ofMillis(1));
      assertThat(read(agent)).isEqualTo("new, fwd=stale");
      assertThat(cloud.calls(name)).isEqualTo(2);
    }
  }

  @Test
  void the_cache_keeps_no_more_secrets_than_it_may() {
    try (var agent = cloud.agent(time, "Cache.CacheSize = 5")) {
      IntStream.range(0, 50).forEach(_ -> agent.client().secret(cloud.newSecret("value")));

      Patience.see(() -> agent.metric("kms_agent_cache_entries"), entries -> entries <= 5);
      assertThat(agent.metric("kms_agent_cache_evictions_total{cause=\"count\"}"))
          .isGreaterThanOrEqualTo(45);
    }
  }

  @Test
  void the_cache_takes_no_more_memory_than_it_may() {
    try (var agent = cloud.agent(time, "Cache.MaxBytes = 1048576")) {
      IntStream.range(0, 60)
          .forEach(_ -> agent.client().secret(cloud.newSecret("x".repeat(30_000))));

      Patience.see(() -> agent.metric("kms_agent_cache_bytes"), bytes -> bytes <= 1 << 20);
      assertThat(agent.metric("kms_agent_cache_bytes")).isGreaterThan(1 << 18);
      assertThat(agent.metric("kms_agent_cache_evictions_total{cause=\"bytes\"}")).isPositive();
    }
  }
}
