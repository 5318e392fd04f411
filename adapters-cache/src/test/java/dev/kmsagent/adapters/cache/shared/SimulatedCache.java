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
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * The shared cache of one agent on a store in this process, in virtual time; its background tasks
 * run when the test runs them.
 */
final class SimulatedCache {
  /** Half of the time that look-ups have here. */
  static final Duration PATIENCE = Duration.ofMillis(2500);

  static final Duration LOCAL_TTL = Duration.ofSeconds(10);
  static final SealingKey KEY = key(1);
  static final String PREFIX = "kms-agent";
  static final String PRINCIPAL = "acs:ram::1234567890:role/orders";
  static final KmsEndpoint GATEWAY =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");

  /** As that of {@link Secrets#entry}. */
  static final Duration TTL = Duration.ofMinutes(5);

  final VirtualTime time;
  final Tasks tasks = new Tasks();
  final TestIdentity identity;
  final RecordingEvents events = new RecordingEvents();
  final FakeEntryStore store;

  private final InstantSource clock;

  final SharedSecretCache cache;

  private SimulatedCache(Plan plan) {
    this.store = plan.store;
    this.time = plan.store.time;
    this.identity = plan.identity;
    this.clock = InstantSource.offset(time, plan.ahead);
    var decorated = plan.decoration.apply(new QueuedEntryStore(store, tasks));
    this.cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(plan.tier, 1000, LOCAL_TTL),
            decorated,
            new Partitions(identity, plan.endpoint, plan.sealingKeys, plan.prefix, clock),
            new ReceivedEntryPolicy(policy(plan.ttl), Secrets::plain),
            new Means(Clocks.of(clock), time, tasks, new SecureRandom(), events));
    cache.start();
    tasks.doAll();
    store.forget();
  }

  /** What an agent is to be like; unless it is said, as the others are. */
  static final class Plan {
    private final FakeEntryStore store;
    private SecretCache tier = new CaffeineSecretCache(1000, 16 << 20, _ -> {});
    private UnaryOperator<EntryStore> decoration = UnaryOperator.identity();
    private TestIdentity identity = TestIdentity.of(PRINCIPAL);
    private KmsEndpoint endpoint = GATEWAY;
    private List<SealingKey> sealingKeys = List.of(KEY);
    private String prefix = PREFIX;
    private Duration ttl = TTL;
    private Duration ahead = Duration.ZERO;

    private Plan(FakeEntryStore store) {
      this.store = store;
    }

    Plan tier(SecretCache value) {
      tier = value;
      return this;
    }

    Plan decoration(UnaryOperator<EntryStore> value) {
      decoration = value;
      return this;
    }

    Plan identity(TestIdentity value) {
      identity = value;
      return this;
    }

    Plan endpoint(String region, String authority) {
      endpoint = new KmsEndpoint(region, authority);
      return this;
    }

    /** Seals with the first key, and opens with any. */
    Plan sealingKeys(SealingKey... value) {
      sealingKeys = List.of(value);
      return this;
    }

    Plan prefix(String value) {
      prefix = value;
      return this;
    }

    Plan ttl(Duration value) {
      ttl = value;
      return this;
    }

    /** How far its clock is ahead of that of the store. */
    Plan ahead(Duration value) {
      ahead = value;
      return this;
    }

    Plan breaker() {
      return decoration(queued -> new CircuitBreakingEntryStore(queued, store.time));
    }

    SimulatedCache start() {
      return new SimulatedCache(this);
    }
  }

  static Plan on(FakeEntryStore store) {
    return new Plan(store);
  }

  static FreshnessPolicy policy(Duration ttl) {
    return new FreshnessPolicy(ttl, 0, 0.8, Duration.ofDays(1));
  }

  /** An encryption key of equal bytes. */
  static SealingKey key(int number) {
    var material = new byte[SealingKey.LENGTH];
    Arrays.fill(material, (byte) number);
    return new SealingKey(material, new SecureRandom());
  }

  /** Where agents of this principal put an entry. */
  static EntryKey key(SecretQuery query) {
    return codec(KEY, PRINCIPAL).key(query);
  }

  /** Of the agents that have this key and this principal. */
  static EntryCodec codec(SealingKey sealingKey, String principal) {
    var partition = new Partition(new Principal(principal), GATEWAY);
    return new EntryCodec(sealingKey, partition, PREFIX);
  }

  /** A secret as it is read now. */
  CacheEntry read(String value) {
    return Secrets.entry(Secrets.text("app/db", value, value), clock.instant());
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
    return lookup.resultNow();
  }

  /** What it is told of what others stored. */
  SharedRead judged(SecretQuery query) {
    var _ = foundShared(query);
    return told().getLast();
  }

  /** What it was told so far of what others stored. */
  List<SharedRead> told() {
    return events.of(SharedEntryRead.class).stream().map(SharedEntryRead::result).toList();
  }

  CompletableFuture<LeadDecision> requestLead(SecretQuery query, Duration time) {
    return cache.requestLead(query, Instant.MIN, in(time)).toCompletableFuture();
  }

  /** The decision on its request for the lead, without waiting for anything else. */
  LeadDecision requestedLead(SecretQuery query) {
    var decision = requestLead(query, Duration.ofSeconds(5));
    tasks.doAll();
    return decision.resultNow();
  }

  private Instant in(Duration left) {
    return clock.instant().plus(left);
  }
}
