package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
  void near_its_end_a_value_is_renewed_in_the_background() {
    try (var agent =
        cloud.agent(
            time,
            "Cache.TtlSeconds = 100\nCache.TtlJitterRatio = 0.0\nCache.RefreshAheadRatio = 0.1")) {
      read(agent);
      cloud.emulator().secrets().put(name, "v2", "new");

      time.advance(Duration.ofSeconds(10));
      assertThat(read(agent)).isEqualTo("old, hit");
      Eventually.see(() -> read(agent), "new, hit"::equals);
      assertThat(cloud.calls(name)).isEqualTo(2);
    }
  }

  @Test
  void jitter_shortens_each_ttl_by_chance() {
    try (var agent = cloud.agent(time, "Cache.TtlSeconds = 10000\nCache.TtlJitterRatio = 0.5")) {
      var ttls =
          IntStream.range(0, 20).map(_ -> ttl(agent.client(), cloud.newSecret("value"))).sorted();

      assertThat(ttls)
          .allSatisfy(ttl -> assertThat(ttl).isBetween(5000, 10_000))
          .anySatisfy(ttl -> assertThat(ttl).isLessThan(9000))
          .anySatisfy(ttl -> assertThat(ttl).isGreaterThan(6000));
    }
  }

  private static int ttl(AgentClient client, String name) {
    client.secret(name);
    var state = client.secret(name).header("cache-status").orElseThrow();
    return Integer.parseInt(state.replace("kms-agent; hit; ttl=", ""));
  }

  @Test
  void a_lapsed_value_stands_in_for_an_outage_but_not_for_ever() {
    try (var agent =
        cloud.agentWithoutRetries(time, "Cache.TtlSeconds = 60\nCache.MaxStaleSeconds = 600")) {
      read(agent);
      cloud.fail(name, new Fault.Reset());

      time.advance(Duration.ofMinutes(1));
      assertThat(read(agent)).isEqualTo("old, hit; detail=stale-if-error");
      time.advance(Duration.ofMinutes(10));
      assertThat(read(agent)).isEqualTo("502 UpstreamUnavailable");
    }
  }

  @Test
  void a_lapsed_value_gives_way_once_kms_is_back() {
    try (var agent = cloud.agentWithoutRetries(time, "Cache.TtlSeconds = 60")) {
      read(agent);
      cloud.fail(name, new Fault.Reset());
      time.advance(Duration.ofMinutes(1));
      assertThat(read(agent)).isEqualTo("old, hit; detail=stale-if-error");

      cloud.emulator().faults().clear();
      cloud.emulator().secrets().put(name, "v2", "new");
      time.advance(Duration.ofSeconds(30));

      assertThat(read(agent)).isEqualTo("old, hit; detail=stale-if-error");
      Eventually.see(() -> read(agent), "new, hit"::equals);
    }
  }

  @Test
  void a_client_that_can_have_a_lapsed_value_does_not_wait_long_for_kms() {
    try (var agent = cloud.agent(time, "Cache.TtlSeconds = 60\nCache.StaleAfterMillis = 100")) {
      read(agent);
      cloud.emulator().secrets().put(name, "v2", "new");
      cloud.fail(name, new Fault.Latency(Duration.ofSeconds(2)));
      time.advance(Duration.ofMinutes(1));

      var answer = agent.client().readAsync(name);
      time.awaitDue(Duration.ofMillis(100), 1);
      time.awaitDue(Duration.ofSeconds(2), 1);
      assertThat(answer).isNotDone();
      time.advance(Duration.ofMillis(100));
      assertThat(answer.join().summary()).isEqualTo("old, hit; detail=stale-if-error");

      time.advance(Duration.ofMillis(1900));
      Eventually.see(() -> read(agent), "new, hit"::equals);
    }
  }

  @Test
  void nothing_stale_is_served_where_transient_errors_are_not_ignored() {
    try (var agent =
        cloud.agentWithoutRetries(
            time, "Cache.TtlSeconds = 60\nServer.IgnoreTransientErrors = false")) {
      read(agent);
      cloud.fail(name, new Fault.Reset());

      time.advance(Duration.ofMinutes(1));
      assertThat(read(agent)).isEqualTo("502 UpstreamUnavailable");
    }
  }

  @Test
  void with_a_ttl_of_zero_every_read_asks_kms_and_the_last_value_is_for_outages() {
    try (var agent =
        cloud.agentWithoutRetries(time, "Cache.TtlSeconds = 0\nCache.StaleAfterMillis = 4000")) {
      assertThat(read(agent)).isEqualTo("old, fwd=miss");
      assertThat(read(agent)).isEqualTo("old, fwd=stale");
      assertThat(cloud.calls(name)).isEqualTo(2);

      cloud.fail(name, new Fault.Latency(Duration.ofSeconds(3)));
      var together = Stream.generate(() -> agent.client().readAsync(name)).limit(10).toList();
      time.awaitDue(Duration.ofSeconds(4), together.size());
      time.awaitDue(Duration.ofSeconds(3), 1);
      time.advance(Duration.ofSeconds(3));
      assertThat(together).extracting(answer -> answer.join().status()).containsOnly(200);
      assertThat(cloud.calls(name)).isEqualTo(3);

      cloud.emulator().faults().clear();
      cloud.fail(name, new Fault.Reset());
      assertThat(read(agent)).isEqualTo("old, hit; detail=stale-if-error");
    }
  }

  @Test
  void the_cache_keeps_no_more_secrets_than_it_may() {
    try (var agent = cloud.agent(time, "Cache.CacheSize = 5")) {
      IntStream.range(0, 50).forEach(_ -> agent.client().secret(cloud.newSecret("value")));

      Eventually.see(() -> metric(agent, "kms_agent_cache_entries"), entries -> entries <= 5);
      assertThat(metric(agent, "kms_agent_cache_evictions_total{cause=\"count\"}"))
          .isGreaterThanOrEqualTo(45);
    }
  }

  @Test
  void the_cache_takes_no_more_memory_than_it_may() {
    try (var agent = cloud.agent(time, "Cache.MaxBytes = \"1 MiB\"")) {
      IntStream.range(0, 60)
          .forEach(_ -> agent.client().secret(cloud.newSecret("x".repeat(30_000))));

      Eventually.see(() -> metric(agent, "kms_agent_cache_bytes"), bytes -> bytes <= 1 << 20);
      assertThat(metric(agent, "kms_agent_cache_bytes")).isGreaterThan(1 << 18);
      assertThat(metric(agent, "kms_agent_cache_evictions_total{cause=\"bytes\"}")).isPositive();
    }
  }

  private static double metric(WiredAgent agent, String name) {
    return agent
        .client()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(0);
  }
}
