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
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The cache of one agent on a store in this process, whose tasks the test has done. */
final class SimulatedCache {
  /** After which a copy is checked again. */
  static final Duration LOCAL_TTL = Duration.ofSeconds(10);

  /** For how long a look-up waits for the store here. */
  static final Duration PATIENCE = Duration.ofMillis(2500);

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
  final SharedSecretCache cache;

  private SimulatedCache(Plan plan) {
    this.time = plan.store.time;
    this.identity = plan.identity;
    var means = new Means(Clocks.of(time), time, tasks, new SecureRandom(), events);
    var queued = plan.decoration.apply(new Queued(plan.store));
    this.cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(
                new CaffeineSecretCache(1000, 16 << 20, _ -> {}), 1000, LOCAL_TTL),
            plan.breaks ? new CircuitBreakingEntryStore(queued, means) : queued,
            new Partitions(identity, GATEWAY, plan.sealingKeys, PREFIX, time),
            new ReceivedEntryPolicy(policy(plan.ttl), Secrets::plain),
            means);
    cache.start();
    tasks.doAll();
    plan.store.forget();
  }

  /** Performs each exchange with a store as a task, as one behind a network does. */
  private final class Queued extends EntryStoreDecorator {
    Queued(EntryStore store) {
      super(store);
    }

    @Override
    protected <T> CompletionStage<StoreResult<T>> perform(
        SharedCacheOperation operation,
        EntryKey key,
        Supplier<CompletionStage<StoreResult<T>>> exchange) {
      try {
        return CompletableFuture.supplyAsync(exchange, tasks).thenCompose(stage -> stage);
      } catch (RejectedExecutionException _) {
        var failure = new SharedCacheOutcome.Failed(Cause.UNREACHABLE, "It was not even begun.");
        return CompletableFuture.completedStage(new StoreResult.Failed<>(failure));
      }
    }
  }

  /** A principal that the test confirms, changes and takes away. */
  static final class TestIdentity implements NamePrincipal {
    private volatile CompletableFuture<Optional<Principal>> confirmed = new CompletableFuture<>();

    static TestIdentity of(String principal) {
      var identity = new TestIdentity();
      identity.become(principal);
      return identity;
    }

    void become(String principal) {
      settle(Optional.of(new Principal(principal)));
    }

    void refuse() {
      settle(Optional.empty());
    }

    private void settle(Optional<Principal> principal) {
      if (!confirmed.complete(principal)) {
        confirmed = CompletableFuture.completedFuture(principal);
      }
    }

    @Override
    public Optional<Principal> principal() {
      return confirmed.getNow(Optional.empty());
    }

    @Override
    public CompletionStage<Optional<Principal>> confirmed() {
      return confirmed;
    }
  }

  /** What an agent is to be like; unless it is said, as the others are. */
  static final class Plan {
    private final FakeEntryStore store;
    private UnaryOperator<EntryStore> decoration = UnaryOperator.identity();
    private boolean breaks;
    private TestIdentity identity = TestIdentity.of(PRINCIPAL);
    private List<SealingKey> sealingKeys = List.of(KEY);
    private Duration ttl = TTL;

    private Plan(FakeEntryStore store) {
      this.store = store;
    }

    Plan decoration(UnaryOperator<EntryStore> value) {
      decoration = value;
      return this;
    }

    Plan breaker() {
      breaks = true;
      return this;
    }

    Plan identity(TestIdentity value) {
      identity = value;
      return this;
    }

    /** Seals with the first key, and opens with any. */
    Plan sealingKeys(SealingKey... value) {
      sealingKeys = List.of(value);
      return this;
    }

    Plan ttl(Duration value) {
      ttl = value;
      return this;
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

  static Partitions partitions(String principal) {
    return new Partitions(
        TestIdentity.of(principal), GATEWAY, List.of(KEY), PREFIX, () -> Instant.EPOCH);
  }

  /** A secret as it is read now. */
  CacheEntry read(SecretQuery query, String value) {
    return Secrets.entry(Secrets.text(query.name().value(), value, value), time.instant());
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

  CompletableFuture<LeadDecision> requestLead(SecretQuery query, Duration left) {
    return cache.requestLead(query, Instant.MIN, in(left)).toCompletableFuture();
  }

  /** The decision on its request for the lead, without waiting for anything else. */
  LeadDecision requestedLead(SecretQuery query) {
    var decision = requestLead(query, Duration.ofSeconds(5));
    tasks.doAll();
    return decision.resultNow();
  }

  private Instant in(Duration left) {
    return time.instant().plus(left);
  }
}
