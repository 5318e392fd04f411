package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Applications go on reading while Redis is killed, held still, and comes back. */
@Tag("thorough")
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class RedisOutageIT {
  private static final int READS = 4000;

  /** A read that waited for a Redis that does not answer takes longer, and no other does. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

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
            .with("Cache.Redis.TimeoutMillis = " + TIMEOUT.toMillis())
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
      assertThat(during.p99()).isLessThan(TIMEOUT);
      assertThat(after.p99()).isLessThan(TIMEOUT);
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
      assertThat(during.p99()).isLessThan(TIMEOUT);
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

  private static String sharedCache(AgentProcess agent) {
    var dependencies = agent.management().get("/readyz").json().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject("shared_cache").get("status").getAsString();
  }
}
