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

  final FakeEntryStore store = new FakeEntryStore();
  private final List<SimulatedCache> agents = new ArrayList<>();

  /** An agent like the others. */
  SimulatedCache agent() {
    return start(plan());
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

  void advance(Duration time) {
    store.time.advance(time);
    settle();
  }

  /** An entry that the agent reads a second after all before, and shares. */
  CacheEntry shares(SimulatedCache agent, SecretQuery query, String value) {
    advance(Duration.ofSeconds(1));
    var entry = agent.read(query, value);
    agent.cache.store(query, entry);
    settle();
    return entry;
  }

  /** What an agent that is gone by now has put in the store. */
  String sealed(SecretQuery query) {
    shares(agent(), query, "v1");
    return store.stored(CODEC.key(query));
  }

  /** The agent is told that KMS refuses a version, a second after all before. */
  void refused(SimulatedCache agent, SecretQuery query) {
    advance(Duration.ofSeconds(1));
    agent.cache.evict(query);
    settle();
  }

  /** The agent is told that KMS refuses a secret, a second after all before. */
  void refusedWhole(SimulatedCache agent, SecretQuery query) {
    advance(Duration.ofSeconds(1));
    agent.cache.evictAll(query.name());
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
