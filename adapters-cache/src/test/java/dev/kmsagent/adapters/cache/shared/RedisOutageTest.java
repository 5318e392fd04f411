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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache of an agent, as the wiring puts it together, on a real Redis that is lost. */
class RedisOutageTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final RedisProcess redis = RedisProcess.start();
  private final InstantSource clock = InstantSource.system();
  private final RecordingEvents events = new RecordingEvents();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private final RealTime timers = new RealTime();
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown))
              .factory());
  private final SharedSecretCache cache = cache();

  private SharedSecretCache cache() {
    var server = new Servers.Standalone(new Address("127.0.0.1", redis.port()));
    var settings = RedisConfigs.settings(server, Duration.ofSeconds(1));
    var means = new Means(Clocks.of(clock), timers, executor, new SecureRandom(), events);
    var cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(
                new CaffeineSecretCache(1000, 16 << 20, events), 1000, Duration.ofMinutes(1)),
            new CircuitBreakingEntryStore(
                new RedisEntryStore(settings, means.clocks(), executor), means),
            SimulatedCache.partitions(SimulatedCache.PRINCIPAL),
            new ReceivedEntryPolicy(SimulatedCache.policy(SimulatedCache.TTL), Secrets::plain),
            means);
    cache.start();
    return cache;
  }

  /** Nothing was thrown where it is not seen. */
  @AfterEach
  void end() {
    cache.close();
    timers.close();
    executor.close();
    redis.close();
    assertThat(uncaught).isEmpty();
    assertThat(timers.failures()).isEmpty();
  }

  /** A call may fail on a machine that does much else. */
  private void share() {
    var key = SimulatedCache.key(QUERY);
    assertSoon(
        () -> {
          store(QUERY);
          var _ = findShared(QUERY).join();
          return redis.command("HGET", key.hash(), key.field()).startsWith("2E");
        });
  }

  private void store(SecretQuery query) {
    cache.store(query, Secrets.entry(Secrets.text("app/db", "v1", "hunter2"), clock.instant()));
  }

  private CompletableFuture<Optional<CacheEntry>> findShared(SecretQuery query) {
    return cache.findShared(query, deadline()).toCompletableFuture();
  }

  private Instant deadline() {
    return clock.instant().plusSeconds(120);
  }

  private boolean isAlone() {
    return events.of(SharedCacheAlone.class).getLast().alone();
  }

  @Test
  void copies_are_served_while_it_is_killed_and_it_is_used_once_it_is_back() {
    share();
    redis.kill();
    assertSoon(
        () -> {
          assertThat(findShared(Secrets.current("app/mq")).join()).isEmpty();
          return isAlone();
        });
    assertThat(cache.find(QUERY)).isPresent();
    assertThat(findShared(QUERY).join()).isPresent();
    redis.restart();
    assertSoon(() -> !isAlone());
    share();
  }

  @Test
  void an_agent_that_ends_while_it_hangs_leaves_no_call_timer_or_connection_behind() {
    share();
    redis.pause();
    var queries = IntStream.range(0, 50).mapToObj(i -> Secrets.current("app/" + i)).toList();
    queries.forEach(this::store);
    var lookups = queries.stream().map(this::findShared).toList();
    var decisions =
        queries.stream().map(it -> cache.requestLead(it, Instant.MIN, deadline())).toList();
    cache.close();
    executor.close();
    assertThat(lookups).allSatisfy(lookup -> assertThat(lookup.join()).isPresent());
    assertThat(decisions)
        .allSatisfy(
            it ->
                assertThat(it.toCompletableFuture().join()).isInstanceOf(LeadDecision.Lead.class));
    assertSoon(() -> timers.waiting() == 0);
    redis.resume();
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }
}
