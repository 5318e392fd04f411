package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Agents that share a store in this process, in virtual time. */
abstract class OnFakeStore {
  static final SecretQuery QUERY = Secrets.current("app/db");
  static final SecretQuery ANOTHER = Secrets.current("app/mq");
  static final EntryCodec CODEC =
      SimulatedCache.codec(SimulatedCache.KEY, SimulatedCache.PRINCIPAL);
  static final EntryKey ENTRY_KEY = CODEC.key(QUERY);

  static final String BILLING = "acs:ram::1234567890:role/billing";
  static final EntryKey BILLING_KEY = SimulatedCache.codec(SimulatedCache.KEY, BILLING).key(QUERY);

  final FakeEntryStore store = new FakeEntryStore();
  private final List<SimulatedCache> agents = new ArrayList<>();

  /** An agent like the others. */
  SimulatedCache agent() {
    return start(plan());
  }

  /** One of another principal. */
  SimulatedCache billing() {
    return start(plan().identity(TestIdentity.of(BILLING)));
  }

  SimulatedCache knowing(SealingKey... keys) {
    return start(plan().sealingKeys(keys));
  }

  SimulatedCache.Plan plan() {
    return SimulatedCache.on(store);
  }

  SimulatedCache start(SimulatedCache.Plan plan) {
    var agent = plan.start();
    agents.add(agent);
    return agent;
  }

  /** Has all agents do what they have to, until none has anything to do. */
  void settle() {
    Tasks.doAll(agents.stream().map(agent -> agent.tasks).toList());
  }

  /** An entry that the agent reads a second after all before, and shares. */
  CacheEntry shares(SimulatedCache agent, SecretQuery query, String value) {
    store.time.advance(Duration.ofSeconds(1));
    var secret = Secrets.text(query.name().value(), "v1", value);
    var entry = Secrets.entry(secret, store.time.instant());
    agent.share(query, entry);
    settle();
    return entry;
  }

  /** What an agent that is gone by now has put in the store. */
  String sealed(SecretQuery query) {
    shares(plan().start(), query, "v1");
    return store.stored(CODEC.key(query));
  }

  /** The agent is told that KMS refuses a version, a second after all before. */
  void refused(SimulatedCache agent, SecretQuery query) {
    store.time.advance(Duration.ofSeconds(1));
    agent.cache.evict(query);
    agent.tasks.doAll();
    settle();
  }

  /** The agent is told that KMS refuses a secret, a second after all before. */
  void refusedWhole(SimulatedCache agent, SecretQuery query) {
    store.time.advance(Duration.ofSeconds(1));
    agent.cache.evictAll(query.name());
    agent.tasks.doAll();
    settle();
  }

  /** Although others have it, the agent has to ask KMS. */
  static void getsNothing(SimulatedCache agent) {
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.foundShared(QUERY)).isEmpty();
    assertThat(agent.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(agent.told()).doesNotContain(SharedRead.FOUND, SharedRead.UNREADABLE);
  }
}
