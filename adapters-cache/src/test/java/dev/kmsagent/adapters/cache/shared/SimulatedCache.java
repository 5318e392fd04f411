package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * The shared cache of one agent on a store in this process, in virtual time; its background tasks
 * run when the test runs them.
 */
final class SimulatedCache {
  /** Half of the time that look-ups have here. */
  static final Duration PATIENCE = Duration.ofMillis(2500);

  static final Duration UNWATCHED_LIFE = Duration.ofSeconds(10);
  static final String PRINCIPAL = "acs:ram::1234567890:role/orders";

  private static final String PREFIX = "kms-agent";
  private static final KmsEndpoint GATEWAY =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");
  private static final FreshnessPolicy POLICY =
      new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1), Duration.ofSeconds(5));

  final VirtualTime time;
  final FakeChangeFeed feed = new FakeChangeFeed();
  final Tasks tasks = new Tasks();
  final TestIdentity identity = TestIdentity.of(PRINCIPAL);
  final RecordingEvents events = new RecordingEvents();
  final FakeEntryStore store;

  /** How far the wall clock is ahead of the agent's. */
  Duration wallAhead = Duration.ZERO;

  final SharedSecretCache cache;

  SimulatedCache(FakeEntryStore store) {
    this(store, new CaffeineSecretCache(1000, 16 << 20, _ -> {}));
  }

  /**
   * @param tier keeps its copies
   */
  SimulatedCache(FakeEntryStore store, SecretCache tier) {
    this(store, tier, (queued, _) -> queued, TestAgent.KEY);
  }

  private SimulatedCache(
      FakeEntryStore store,
      SecretCache tier,
      BiFunction<EntryStore, VirtualTime, EntryStore> decoration,
      SealingKey... keys) {
    this.store = store;
    this.time = store.time;
    var decorated = decoration.apply(new QueuedEntryStore(store, tasks), time);
    this.cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(tier, 1000, UNWATCHED_LIFE),
            new SharedSecretCache.Remote(decorated, feed),
            new Partitions(identity, GATEWAY, List.of(keys), PREFIX, time),
            new ReceivedEntryPolicy(POLICY, Secrets::plain),
            new Means(
                new Clocks(time, () -> time.instant().plus(wallAhead)),
                time,
                tasks,
                new SecureRandom(),
                events));
    cache.start();
    tasks.doAll();
    store.forget();
  }

  /** One with a circuit breaker. */
  static SimulatedCache breaking(FakeEntryStore store) {
    return new SimulatedCache(
        store,
        new CaffeineSecretCache(1000, 16 << 20, _ -> {}),
        CircuitBreakingEntryStore::new,
        TestAgent.KEY);
  }

  /** One that seals with the first key, and opens with any. */
  static SimulatedCache knowing(FakeEntryStore store, SealingKey... keys) {
    return new SimulatedCache(
        store, new CaffeineSecretCache(1000, 16 << 20, _ -> {}), (queued, _) -> queued, keys);
  }

  /** One whose exchanges are decorated. */
  static SimulatedCache decorated(FakeEntryStore store, UnaryOperator<EntryStore> decoration) {
    return new SimulatedCache(
        store,
        new CaffeineSecretCache(1000, 16 << 20, _ -> {}),
        (queued, _) -> decoration.apply(queued),
        TestAgent.KEY);
  }

  /** Where agents of this principal put an entry. */
  static EntryKey key(SecretQuery query) {
    var partition = new Partition(new Principal(PRINCIPAL), GATEWAY);
    return new EntryCodec(TestAgent.KEY, partition, PREFIX).key(query);
  }

  /** Is told that others may have changed a secret. */
  void hearOf(SecretQuery query) {
    feed.tell(follower -> follower.changed(key(query).hash()));
  }

  /** A secret as it is read now. */
  CacheEntry read(String value) {
    return Secrets.entry(Secrets.text("app/db", value, value), time.instant());
  }

  /** Stores it, and waits until others have it. */
  void share(SecretQuery query, CacheEntry entry) {
    cache.store(query, entry);
    tasks.doAll();
  }

  CompletableFuture<Optional<CacheEntry>> findShared(SecretQuery query) {
    return cache.findShared(query, in(Duration.ofSeconds(5))).toCompletableFuture();
  }

  /** What it gets of the others without waiting for anything else. */
  Optional<CacheEntry> foundShared(SecretQuery query) {
    var lookup = findShared(query);
    tasks.doAll();
    return lookup.join();
  }

  /** What it is told of what others stored. */
  SharedRead judged(SecretQuery query) {
    var _ = foundShared(query);
    return events.of(SharedEntryRead.class).getLast().result();
  }

  CompletableFuture<LeadDecision> requestLead(SecretQuery query, Duration time) {
    return cache.requestLead(query, Instant.MIN, in(time)).toCompletableFuture();
  }

  private Instant in(Duration left) {
    return time.instant().plus(left);
  }
}
