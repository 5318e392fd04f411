package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.testkit.ManualExecutor;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Agents that share a store in this process, in virtual time; the test has their tasks done. */
abstract class OnFakeStore {
  /** After which a copy is checked again. */
  static final Duration LOCAL_TTL = Duration.ofSeconds(10);

  static final SecretQuery QUERY = Secrets.current("app/db");
  static final SecretQuery ANOTHER = Secrets.current("app/mq");
  static final EntryCodec CODEC = SealingFixtures.CODEC;
  static final EntryKey ENTRY_KEY = CODEC.key(QUERY);

  /** As that of {@link Secrets#entry}. */
  private static final FreshnessPolicy POLICY =
      new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1));

  final VirtualTime time = new VirtualTime();
  final ManualExecutor tasks = new ManualExecutor();
  Duration storeAhead = Duration.ZERO;
  final FakeEntryStore store = new FakeEntryStore(() -> time.instant().plus(storeAhead), tasks);

  /** A principal that the test confirms, changes and takes away. */
  static final class TestIdentity implements NamePrincipal {
    private CompletableFuture<Optional<Principal>> confirmed = new CompletableFuture<>();

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

  static Partitions partitions(
      NamePrincipal identity, VirtualTime time, SealingKey... sealingKeys) {
    return new Partitions(
        identity, SealingFixtures.KMS, List.of(sealingKeys), SealingFixtures.PREFIX, time);
  }

  /** An agent like the others. */
  Agent agent() {
    return knowing(SealingFixtures.KEY);
  }

  /** An agent that seals with the first key, and opens with any. */
  Agent knowing(SealingKey... sealingKeys) {
    var agent = new Agent(sealingKeys);
    agent.identity.become(SealingFixtures.PRINCIPAL);
    return agent;
  }

  /** Has all agents do what they have to, until none has anything to do. */
  void settle() {
    tasks.doAll();
  }

  void advance(Duration length) {
    time.advance(length);
    settle();
  }

  /** An entry that the agent reads a second after all before, and shares. */
  CacheEntry shares(Agent agent, SecretQuery query, String value) {
    advance(Duration.ofSeconds(1));
    var entry = read(query, value);
    agent.share(query, entry);
    return entry;
  }

  /** A secret as it is read now. */
  CacheEntry read(SecretQuery query, String value) {
    return Secrets.entry(Secrets.text(query.name().value(), value, value), time.instant());
  }

  /** What an agent that is gone by now has put in the store. */
  String sealed(SecretQuery query) {
    shares(agent(), query, "v1");
    return store.stored(CODEC.key(query));
  }

  /** The agent is told that KMS refuses a version, a second after all before. */
  void refused(Agent agent, SecretQuery query) {
    advance(Duration.ofSeconds(1));
    agent.cache.evict(query);
    settle();
  }

  /** The agent is told that KMS refuses a secret, a second after all before. */
  void refusedWhole(Agent agent, SecretQuery query) {
    advance(Duration.ofSeconds(1));
    agent.cache.evictAll(query.name());
    settle();
  }

  /** The cache of one agent behind its circuit breaker. */
  final class Agent {
    final TestIdentity identity = new TestIdentity();
    final RecordingEvents events = new RecordingEvents();
    final SharedSecretCache cache;
    private final CircuitBreakingEntryStore breaking;

    /** Its principal is not confirmed yet. */
    Agent(SealingKey... sealingKeys) {
      var means = new Means(time.timing(), tasks, new SecureRandom(), events);
      this.breaking = new CircuitBreakingEntryStore(store, means);
      var tier = new CaffeineSecretCache(1000, 16 << 20, _ -> {});
      this.cache =
          new SharedSecretCache(
              new SharedSecretCache.Local(tier, 1000, 1, LOCAL_TTL),
              breaking,
              partitions(identity, time, sealingKeys),
              POLICY,
              Secrets::plain,
              means);
      breaking.start(SealingFixtures.PREFIX);
      settle();
      store.forget();
    }

    CompletableFuture<Void> drain() {
      return breaking.drain();
    }

    /** Stores an entry, and waits until others have it. */
    void share(SecretQuery query, CacheEntry entry) {
      cache.store(query, entry);
      settle();
    }

    CompletableFuture<Optional<CacheEntry>> findShared(SecretQuery query) {
      return cache.findShared(query, in(Duration.ofSeconds(5))).toCompletableFuture();
    }

    /** What it gets of the others without waiting for anything else. */
    Optional<CacheEntry> foundShared(SecretQuery query) {
      var lookup = findShared(query);
      settle();
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
      settle();
      return decision.resultNow();
    }

    /** Although others have it, the agent has to ask KMS. */
    void getsNothing() {
      assertThat(cache.find(QUERY)).isEmpty();
      assertThat(foundShared(QUERY)).isEmpty();
      assertThat(requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
      assertThat(told()).doesNotContain(SharedRead.FOUND, SharedRead.UNREADABLE);
    }

    private Instant in(Duration left) {
      return time.instant().plus(left);
    }
  }
}
