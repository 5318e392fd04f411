package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do to a Redis that is in use. */
class RedisInterferenceTest {
  private final RedisProcess redis = RedisProcess.start();
  private final Scene scene =
      new Scene(new Servers.Standalone(new Address("127.0.0.1", redis.port()), 0));

  @BeforeEach
  void follow() {
    scene.agent.awaitCoherence(Coherence.IMMEDIATE);
  }

  @AfterEach
  void end() {
    scene.close();
    redis.close();
  }

  @Test
  void copies_outlive_a_flush() {
    var copy = scene.share();
    redis.configure("FLUSHALL");
    assertThat(scene.served().map(CacheEntry::secret)).contains(copy.secret());
    scene.assertHeals();
  }

  @Test
  void scripts_are_taught_again_after_they_were_flushed() {
    scene.share();
    redis.configure("SCRIPT", "FLUSH");
    scene.assertHeals();
    assertThat(scene.told()).doesNotContain(Cause.ERROR);
  }

  @Test
  void no_request_fails_when_connections_are_killed() {
    var copy = scene.share();
    redis.configure("CLIENT", "KILL", "TYPE", "normal");
    scene.assertGoesOn(copy);
    scene.assertHeals();
    assertThat(scene.told()).doesNotContain(Cause.UNREACHABLE);
  }

  @Test
  void copies_are_looked_at_again_when_the_connection_is_killed_that_tells_of_changes() {
    scene.share();
    var before = coherences().size();
    redis.configure("CLIENT", "KILL", "ID", listening());
    assertSoon(() -> coherences().size() >= before + 2);
    assertThat(coherences())
        .startsWith(Coherence.DELAYED, Coherence.IMMEDIATE, Coherence.DELAYED, Coherence.IMMEDIATE);
    assertThat(scene.agent.cache.find(Scene.QUERY)).isEmpty();
    assertThat(scene.served()).isPresent();
    scene.assertHeals();
  }

  private List<Coherence> coherences() {
    return scene.agent.events.of(CoherenceChanged.class).stream()
        .map(CoherenceChanged::to)
        .toList();
  }

  /** The one that is tracking: flags {@code t} and {@code B}. */
  private String listening() {
    return redis
        .command("CLIENT", "LIST")
        .lines()
        .filter(client -> client.contains("flags=tB"))
        .map(client -> client.replaceFirst("id=(\\d+) .*", "$1"))
        .findFirst()
        .orElseThrow();
  }

  /** As if it were a stranger's. */
  @Test
  void an_entry_that_was_overwritten_is_as_good_as_none() {
    var copy = scene.share();
    var hash = redis.command("KEYS", "*:c2:*");
    for (var field : redis.command("HKEYS", hash).lines().toList()) {
      redis.configure("HSET", hash, field, "nonsense");
    }
    assertThat(scene.served().map(CacheEntry::secret)).contains(copy.secret());
    scene.assertHeals();
  }

  @Test
  void a_name_that_holds_something_else_costs_no_more_than_the_sharing() {
    var copy = scene.share();
    var hash = redis.command("KEYS", "*:c2:*");
    redis.configure("SET", hash, "a string");
    scene.assertGoesOn(copy);
    redis.configure("DEL", hash);
    scene.assertHeals();
  }
}
