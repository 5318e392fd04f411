package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import dev.kmsagent.testkit.redis.RedisSentinels;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** An agent that ends while things are under way leaves nothing behind, and throws nothing. */
class SharedSecretCacheClosingTest {
  private static final List<SecretQuery> QUERIES =
      IntStream.range(0, 50).mapToObj(i -> Secrets.current("app/" + i)).toList();

  private final RedisProcess redis = RedisProcess.start();

  @AfterEach
  void end() {
    redis.close();
  }

  private Servers standalone() {
    return new Servers.Standalone(new Address("127.0.0.1", redis.port()));
  }

  private static Instant deadline() {
    return InstantSource.system().instant().plusSeconds(60);
  }

  private static List<CompletableFuture<Optional<CacheEntry>>> findAllShared(CachingAgent agent) {
    return QUERIES.stream()
        .map(query -> agent.cache.findShared(query, deadline()).toCompletableFuture())
        .toList();
  }

  private static List<CompletableFuture<LeadDecision>> requestAllLeads(CachingAgent agent) {
    return QUERIES.stream()
        .map(query -> agent.cache.requestLead(query, Instant.MIN, deadline()).toCompletableFuture())
        .toList();
  }

  private static void storeAll(Scene scene) {
    QUERIES.forEach(query -> scene.agent.cache.store(query, scene.read()));
  }

  /** No task, no timer; that nothing was thrown is seen to when the agent is closed. */
  private static void assertEnds(CachingAgent agent) throws InterruptedException {
    agent.cache.close();
    agent.executor.shutdown();
    assertThat(agent.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertSoon(() -> agent.timers.waiting() == 0);
  }

  private void assertNoConnectionIsLeft() {
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }

  @Nested
  class While_all_is_well {
    @Test
    void what_is_being_stored_reaches_the_server() {
      try (var scene = new Scene(standalone())) {
        storeAll(scene);
        assertThat(scene.agent.cache.drain()).succeedsWithin(Duration.ofSeconds(20));
        scene.agent.cache.close();
        assertThat(redis.command("DBSIZE")).isEqualTo(Integer.toString(QUERIES.size()));
      }
    }

    @Test
    void what_is_being_stored_and_looked_for_comes_to_an_end() throws InterruptedException {
      try (var scene = new Scene(standalone())) {
        storeAll(scene);
        var lookups = findAllShared(scene.agent);
        var decisions = requestAllLeads(scene.agent);
        assertEnds(scene.agent);
        Scene.join(lookups);
        Scene.join(decisions);
        assertNoConnectionIsLeft();
      }
    }

    @Test
    void an_agent_that_waits_for_another_to_read_does_it_itself() throws InterruptedException {
      try (var scene = new Scene(standalone());
          var other = scene.another()) {
        Scene.join(requestAllLeads(other));
        var decisions = requestAllLeads(scene.agent);
        assertEnds(scene.agent);
        assertThat(Scene.join(decisions))
            .allSatisfy(t -> assertThat(t).isInstanceOf(LeadDecision.Lead.class));
      }
    }
  }

  @Nested
  class While_the_server_hangs {
    @Test
    void what_waits_for_it_comes_to_an_end() throws InterruptedException {
      try (var scene = new Scene(standalone())) {
        scene.share();
        redis.pause();
        storeAll(scene);
        var lookups = findAllShared(scene.agent);
        var decisions = requestAllLeads(scene.agent);
        assertEnds(scene.agent);
        Scene.join(lookups);
        assertThat(Scene.join(decisions))
            .allSatisfy(t -> assertThat(t).isInstanceOf(LeadDecision.Lead.class));
        redis.resume();
        assertNoConnectionIsLeft();
      }
    }
  }

  @Nested
  class While_the_server_is_gone {
    @Test
    void nothing_tries_to_reach_it_any_more() throws InterruptedException {
      try (var scene = new Scene(standalone())) {
        redis.kill();
        assertSoon(
            () -> {
              scene.assertDoesWithout();
              return scene.agent.isAlone();
            });
        assertEnds(scene.agent);
      }
    }
  }

  @Nested
  class Behind_a_sentinel {
    private final RedisProcess sentinel = RedisSentinels.sentinel(redis);
    private final Servers servers =
        new Servers.Sentinel(
            RedisSentinels.MASTER, List.of(new Address("127.0.0.1", sentinel.port())));

    @AfterEach
    void end() {
      sentinel.close();
    }

    private boolean isListenedTo() {
      return sentinel.command("CLIENT", "LIST").contains("sub=1");
    }

    private boolean isThereAListener() {
      var name = "SentinelListener-[127.0.0.1:%d]".formatted(sentinel.port());
      return Thread.getAllStackTraces().keySet().stream()
          .anyMatch(thread -> thread.getName().endsWith(name));
    }

    @Test
    void nobody_listens_to_it_any_more() throws InterruptedException {
      try (var scene = new Scene(servers)) {
        scene.share();
        assertSoon(() -> isListenedTo() && isThereAListener());
        assertEnds(scene.agent);
        assertSoon(() -> !isListenedTo() && !isThereAListener());
        assertNoConnectionIsLeft();
      }
    }

    @Test
    void a_client_that_is_opened_too_late_is_closed_again() throws InterruptedException {
      sentinel.pause();
      try (var scene = new Scene(servers)) {
        var lookups = findAllShared(scene.agent);
        scene.agent.cache.close();
        sentinel.resume();
        assertEnds(scene.agent);
        Scene.join(lookups);
        assertNoConnectionIsLeft();
      }
    }
  }
}
