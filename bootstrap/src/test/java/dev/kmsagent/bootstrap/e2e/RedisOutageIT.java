package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Applications go on reading while Redis is killed, held still, and comes back. */
final class RedisOutageIT {
  private static final int READS = 4000;

  /** Below this a percentile says more about the machine than about the agent. */
  private static final Duration NOISE = Duration.ofMillis(4);

  private final Cloud cloud = Cloud.start();
  private final RedisProcess redis = RedisProcess.start();
  private final List<String> names =
      Stream.generate(() -> cloud.newSecret("value")).limit(20).toList();

  @AfterEach
  void clean_up() throws IOException {
    redis.close();
    cloud.close();
  }

  /** Short TTLs, so that secrets are renewed all the time. */
  private AgentProcess agent() {
    return AgentProcess.start(
        SharedCacheIT.sharing(cloud, redis)
            .with("Cache.TtlSeconds = 3")
            .with("Cache.Redis.TimeoutMillis = 500")
            .withManagement());
  }

  @Test
  void killed_it_fails_no_read_and_slows_none_down() {
    try (var agent = agent();
        var load = new PacedLoad(agent.client(), names)) {
      load.next(READS);
      var before = load.next(READS);
      redis.kill();
      var during = load.next(READS);
      assertThat(sharedCache(agent)).isEqualTo("DEGRADED");
      assertThat(agent.management().get("/readyz").status()).isEqualTo(200);
      redis.restart();
      var start = System.nanoTime();
      Eventually.see(() -> sharedCache(agent), "UP"::equals);
      var healed = Duration.ofNanos(System.nanoTime() - start);
      var after = load.next(READS);
      tell("killed", before, during, after, healed);
      assertThat(load.failures()).isEmpty();
      assertThat(during.p99()).isLessThan(bound(before));
      assertThat(after.p99()).isLessThan(bound(before));
      assertThat(healed).isLessThan(Duration.ofSeconds(10));
    }
  }

  /** It is asked a few times in vain, each for its timeout, and then left alone. */
  @Test
  void held_still_it_fails_no_read_and_slows_few_down() {
    try (var agent = agent();
        var load = new PacedLoad(agent.client(), names)) {
      load.next(READS);
      var before = load.next(READS);
      redis.pause();
      Eventually.see(() -> sharedCache(agent), "DEGRADED"::equals);
      var during = load.next(READS);
      redis.resume();
      var start = System.nanoTime();
      Eventually.see(() -> sharedCache(agent), "UP"::equals);
      var healed = Duration.ofNanos(System.nanoTime() - start);
      var after = load.next(READS);
      tell("held still", before, during, after, healed);
      assertThat(load.failures()).isEmpty();
      assertThat(during.p99()).isLessThan(bound(before));
      assertThat(healed).isLessThan(Duration.ofSeconds(10));
    }
  }

  private static void tell(
      String what,
      PacedLoad.Phase before,
      PacedLoad.Phase during,
      PacedLoad.Phase after,
      Duration healed) {
    System.out.printf(
        "Redis %s: before %s, during %s, after %s, healed in %d ms%n",
        what, before, during, after, healed.toMillis());
  }

  private static Duration bound(PacedLoad.Phase before) {
    var p99 = before.p99().compareTo(NOISE) < 0 ? NOISE : before.p99();
    return p99.multipliedBy(5);
  }

  private static String sharedCache(AgentProcess agent) {
    var dependencies = agent.management().get("/readyz").json().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject("shared_cache").get("status").getAsString();
  }
}
