package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.testkit.RealTime;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisCluster;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The cache of one agent on a real Redis, as the wiring puts it together. */
final class CachingAgent implements AutoCloseable {
  static final SealingKey KEY = key(1);
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  static final String PREFIX = "kms-agent";
  static final String PRINCIPAL = "acs:ram::1234567890:role/orders";
  static final KmsEndpoint GATEWAY =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");

  /** As that of {@link Secrets#entry}. */
  static final Duration TTL = Duration.ofMinutes(5);

  final RecordingEvents events = new RecordingEvents();
  final RealTime timers = new RealTime();
  final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown))
              .factory());
  final SharedSecretCache cache;
  private final InstantSource clock = InstantSource.system();

  private CachingAgent(Plan plan) {
    var config = RedisConfigs.withPrefix(plan.settings, plan.prefix);
    var redis = new RedisEntryStore(config, Clocks.of(clock), executor);
    EntryStore store = plan.decoration.apply(new ReportingEntryStore(redis, clock, events));
    if (plan.breaker) {
      store = new CircuitBreakingEntryStore(store, timers);
    }
    cache =
        new SharedSecretCache(
            new SharedSecretCache.Local(
                new CaffeineSecretCache(1000, 16 << 20, events), 1000, plan.localTtl),
            store,
            new Partitions(plan.identity, GATEWAY, plan.sealingKeys, plan.prefix, clock),
            new ReceivedEntryPolicy(policy(TTL), Secrets::plain),
            new Means(Clocks.of(clock), timers, executor, new SecureRandom(), events));
    cache.start();
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

  static RedisConfig standalone(int port) {
    return settings(new Servers.Standalone(new Address("127.0.0.1", port)));
  }

  static RedisConfig cluster(RedisCluster cluster) {
    return settings(
        new Servers.Cluster(
            cluster.nodes().stream().map(node -> new Address("127.0.0.1", node.port())).toList()));
  }

  static RedisConfig settings(Servers servers) {
    return settings(servers, TIMEOUT);
  }

  static RedisConfig settings(Servers servers, Duration timeout) {
    return RedisConfigs.of(servers, new Login.Anonymous(), new Tls.Off(), timeout);
  }

  static Plan on(RedisConfig settings) {
    return new Plan(settings);
  }

  /** What an agent is to be like; unless it is said, as the others are. */
  static final class Plan {
    private final RedisConfig settings;
    private String prefix = PREFIX;
    private NamePrincipal identity = TestIdentity.of(PRINCIPAL);
    private List<SealingKey> sealingKeys = List.of(KEY);
    private Duration localTtl = Duration.ofMinutes(1);
    private UnaryOperator<EntryStore> decoration = UnaryOperator.identity();
    private boolean breaker;

    private Plan(RedisConfig settings) {
      this.settings = settings;
    }

    Plan prefix(String value) {
      prefix = value;
      return this;
    }

    Plan identity(NamePrincipal value) {
      identity = value;
      return this;
    }

    Plan sealingKeys(SealingKey... value) {
      sealingKeys = List.of(value);
      return this;
    }

    Plan localTtl(Duration value) {
      localTtl = value;
      return this;
    }

    Plan decoration(UnaryOperator<EntryStore> value) {
      decoration = value;
      return this;
    }

    Plan breaker() {
      breaker = true;
      return this;
    }

    CachingAgent start() {
      return new CachingAgent(this);
    }
  }

  /** Now by its clock, as precise as what can be seen in Redis. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** An entry that it reads now. */
  CacheEntry reads(SecretQuery query, String value) {
    return Secrets.entry(Secrets.text(query.name().value(), "v1", value), now());
  }

  /** The decision on its request for the lead, where it takes any fresh entry. */
  LeadDecision requestsLead(SecretQuery query) {
    return done(cache.requestLead(query, Instant.EPOCH, now().plusSeconds(10)));
  }

  static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Whether it does without the store, as it said last. */
  boolean isAlone() {
    return events.of(SharedCacheAlone.class).stream()
        .map(SharedCacheAlone::alone)
        .reduce(false, (_, last) -> last);
  }

  /** Whatever happened to it, nothing was thrown where nobody looks. */
  @Override
  public void close() {
    cache.close();
    timers.close();
    executor.shutdownNow();
    assertThat(uncaught).isEmpty();
    assertThat(timers.failures()).isEmpty();
  }
}
