package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.RealTime;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The cache of an agent, as the wiring puts it together, on a real Redis that is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisOutageTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final List<SecretQuery> QUERIES =
      IntStream.range(0, 50).mapToObj(i -> Secrets.current("app/" + i)).toList();

  private final RedisProcess redis = RedisProcess.start();

  @BeforeEach
  void reset() {
    redis.reset();
  }

  @AfterAll
  void end() {
    redis.close();
  }

  private static final class Agent implements AutoCloseable {
    private final InstantSource clock = InstantSource.system();
    private final RecordingEvents events = new RecordingEvents();
    private final RealTime timers = new RealTime();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private final ExecutorService executor =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual()
                .uncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown))
                .factory());
    private final SharedSecretCache cache;

    Agent(int port) {
      var servers = new Servers.Standalone(new Address("127.0.0.1", port));
      var settings = RedisConfigs.settings(servers, Duration.ofSeconds(1));
      var redis = new RedisEntryStore(settings, Clocks.of(clock), executor);
      var reporting = new ReportingEntryStore(redis, clock, events);
      var tier = new CaffeineSecretCache(1000, 16 << 20, events);
      var identity = TestIdentity.of(SimulatedCache.PRINCIPAL);
      cache =
          new SharedSecretCache(
              new SharedSecretCache.Local(tier, 1000, Duration.ofMinutes(1)),
              new CircuitBreakingEntryStore(reporting, timers),
              new Partitions(
                  identity,
                  SimulatedCache.GATEWAY,
                  List.of(SimulatedCache.KEY),
                  SimulatedCache.PREFIX,
                  clock),
              new ReceivedEntryPolicy(SimulatedCache.policy(SimulatedCache.TTL), Secrets::plain),
              new Means(Clocks.of(clock), timers, executor, new SecureRandom(), events));
      cache.start();
    }

    void reads(SecretQuery query) {
      var secret = Secrets.text("app/db", "v1", "hunter2");
      cache.store(query, Secrets.entry(secret, clock.instant()));
    }

    CompletableFuture<Optional<CacheEntry>> findShared(SecretQuery query) {
      return cache.findShared(query, deadline()).toCompletableFuture();
    }

    CompletableFuture<LeadDecision> requestLead(SecretQuery query) {
      return cache.requestLead(query, Instant.MIN, deadline()).toCompletableFuture();
    }

    private Instant deadline() {
      return clock.instant().plusSeconds(120);
    }

    boolean isAlone() {
      return events.of(SharedCacheAlone.class).getLast().alone();
    }

    /** Nothing was thrown where it is not seen. */
    @Override
    public void close() {
      cache.close();
      timers.close();
      executor.close();
      assertThat(uncaught).isEmpty();
      assertThat(timers.failures()).isEmpty();
    }
  }

  /** A call may fail on a machine that does much else. */
  private void share(Agent agent) {
    var key = SimulatedCache.key(QUERY);
    assertSoon(
        () -> {
          agent.reads(QUERY);
          var _ = agent.findShared(QUERY).join();
          return redis.command("HGET", key.hash(), key.field()).startsWith("2E");
        });
  }

  @Test
  void copies_are_served_while_it_is_killed_and_it_is_used_once_it_is_back() {
    try (var agent = new Agent(redis.port())) {
      share(agent);
      redis.kill();
      assertSoon(
          () -> {
            assertThat(agent.findShared(Secrets.current("app/mq")).join()).isEmpty();
            return agent.isAlone();
          });
      assertThat(agent.cache.find(QUERY)).isPresent();
      assertThat(agent.findShared(QUERY).join()).isPresent();
      redis.restart();
      assertSoon(() -> !agent.isAlone());
      share(agent);
    }
  }

  @Test
  void an_agent_that_ends_while_it_hangs_leaves_no_call_timer_or_connection_behind() {
    try (var agent = new Agent(redis.port())) {
      share(agent);
      redis.pause();
      QUERIES.forEach(agent::reads);
      var lookups = forAll(agent::findShared);
      var decisions = forAll(agent::requestLead);
      agent.cache.close();
      agent.executor.close();
      assertThat(lookups).allSatisfy(lookup -> assertThat(lookup.join()).isPresent());
      assertThat(decisions)
          .allSatisfy(it -> assertThat(it.join()).isInstanceOf(LeadDecision.Lead.class));
      assertSoon(() -> agent.timers.waiting() == 0);
    } finally {
      redis.resume();
    }
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }

  private static <T> List<T> forAll(Function<SecretQuery, T> request) {
    return QUERIES.stream().map(request).toList();
  }
}
