package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.RealTime;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
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

/** The cache of an agent on real servers, as the wiring puts it together. */
final class RedisAgent implements AutoCloseable {
  private final InstantSource clock = InstantSource.system();
  private final RecordingEvents events = new RecordingEvents();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  final RealTime timers = new RealTime();
  final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown))
              .factory());
  final RedisEntryStore redis;
  final SharedSecretCache cache;

  RedisAgent(RedisConfig settings) {
    redis = new RedisEntryStore(settings, Clocks.of(clock), executor);
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
                settings.entries().keyPrefix(),
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
