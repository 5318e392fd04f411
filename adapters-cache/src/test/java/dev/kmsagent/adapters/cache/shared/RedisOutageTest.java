package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A real Redis that is not there, or does not answer: the agent goes on, and comes back. */
class RedisOutageTest {
  private final RedisProcess redis = RedisProcess.start();

  private Servers servers() {
    return servers(redis);
  }

  private static Servers servers(RedisProcess server) {
    return new Servers.Standalone(new Address("127.0.0.1", server.port()), 0);
  }

  @AfterEach
  void end() {
    redis.close();
  }

  @Nested
  class When_it_is_down_at_the_start {
    @Test
    void the_agent_does_without_and_takes_it_up_once_it_is_there() {
      redis.kill();
      try (var scene = new Scene(servers())) {
        scene.assertDoesWithout();
        scene.assertTold(Cause.UNREACHABLE);
        redis.restart();
        scene.agent.awaitCoherence(Coherence.IMMEDIATE);
        scene.assertHeals();
      }
    }
  }

  /** Two that share an entry. */
  abstract class Later {
    final Scene scene = new Scene(servers());

    @BeforeEach
    void follow() {
      scene.agent.awaitCoherence(Coherence.IMMEDIATE);
    }

    @AfterEach
    void endScene() {
      scene.close();
    }
  }

  @Nested
  class When_it_is_killed extends Later {
    @Test
    void copies_are_served_and_what_others_read_is_seen_once_it_is_back() {
      var copy = scene.share();
      redis.kill();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.UNREACHABLE);
      scene.agent.awaitCoherence(Coherence.DISCONNECTED);
      redis.restart();
      scene.agent.awaitCoherence(Coherence.IMMEDIATE);
      scene.assertHeals();
    }

    @Test
    void copies_are_served_when_it_comes_back_empty_and_nothing_old_is_put_there() {
      var copy = scene.share();
      redis.kill();
      redis.restart();
      assertSoon(() -> scene.agent.cache.find(Scene.QUERY).isEmpty());
      assertThat(scene.served().map(CacheEntry::secret)).contains(copy.secret());
      assertThat(redis.command("KEYS", "*:c2:*")).isEmpty();
    }

    /** What changed meanwhile was told to nobody. */
    @Test
    void copies_are_looked_at_again_once_it_is_back() {
      var copy = scene.share();
      redis.kill();
      redis.restart();
      assertSoon(() -> scene.agent.cache.find(Scene.QUERY).isEmpty());
      assertThat(scene.served().map(CacheEntry::secret)).contains(copy.secret());
    }
  }

  @Nested
  class When_it_is_held_still extends Later {
    @Test
    void copies_are_served_and_what_others_read_is_seen_once_it_goes_on() {
      var copy = scene.share();
      redis.pause();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.TIMEOUT);
      redis.resume();
      scene.assertHeals();
    }

    @Test
    void a_few_requests_find_out_and_no_other_waits() {
      scene.share();
      redis.pause();
      var before = reads();
      for (var i = 0; i < 100; i++) {
        assertThat(Scene.findShared(scene.agent.cache, Secrets.current("app/" + i))).isEmpty();
      }
      // One more when what was shared is still being looked at.
      assertThat(reads() - before).isBetween(1L, 6L);
      redis.resume();
    }

    /** How often the server was asked for an entry: while it is held still, each waits in vain. */
    private long reads() {
      return scene.agent.events.of(SharedCacheCalled.class).stream()
          .filter(call -> call.operation() == SharedCacheOperation.READ)
          .count();
    }

    /** Many more than there are connections. */
    @Test
    void nobody_waits_longer_for_a_connection_than_for_an_answer() {
      scene.share();
      redis.pause();
      var lookups = IntStream.range(0, 200).mapToObj(i -> findShared("app/" + i)).toList();
      assertThat(Scene.join(lookups)).allSatisfy(found -> assertThat(found).isEmpty());
      scene.assertTold(Cause.TIMEOUT);
      redis.resume();
      scene.assertHeals();
    }

    private CompletableFuture<Optional<CacheEntry>> findShared(String name) {
      var deadline = InstantSource.system().instant().plus(Duration.ofMinutes(1));
      return scene.agent.cache.findShared(Secrets.current(name), deadline).toCompletableFuture();
    }

    @Test
    void no_timer_and_no_task_is_left_behind_once_it_goes_on() {
      scene.share();
      redis.pause();
      scene.assertDoesWithout();
      redis.resume();
      scene.assertHeals();
      scene.agent.awaitCoherence(Coherence.IMMEDIATE);
      assertSoon(() -> scene.agent.timers.waiting() == 1);
    }
  }

  /** For three seconds; it listens to nobody but ten times a second then. */
  @Nested
  class While_it_loads_what_it_has_on_disk {
    private static final String FILL =
        "for i = 1, 200 do redis.call('SET', i, string.rep('x', 100000)) end";

    private final RedisProcess slow =
        RedisProcess.start("--key-load-delay", "15000", "--rdbcompression", "no");
    private final Scene scene = new Scene(servers(slow));

    @AfterEach
    void endScene() {
      scene.close();
      slow.close();
    }

    @Test
    void it_is_not_ready_and_is_used_once_it_is() {
      var copy = scene.share();
      slow.configure("EVAL", FILL, "0");
      slow.configure("SAVE");
      slow.kill();
      var restart = CompletableFuture.runAsync(slow::restart);
      assertSoon(this::isLoading);
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.NOT_READY);
      assertThat(restart).succeedsWithin(Duration.ofSeconds(20));
      scene.assertHeals();
    }

    private boolean isLoading() {
      try {
        return slow.command("GET", "1").startsWith("-LOADING");
      } catch (UncheckedIOException _) {
        return false;
      }
    }
  }
}
