package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A server for each test, agents that share it, and an intruder. */
abstract class OnRedis {
  static final SecretQuery QUERY = Secrets.current("app/db");
  static final SecretQuery ANOTHER = Secrets.current("app/mq");
  static final EntryCodec CODEC = codec(TestAgent.KEY, TestAgent.PRINCIPAL);
  static final EntryKey ENTRY_KEY = CODEC.key(QUERY);

  static final String BILLING = "acs:ram::1234567890:role/billing";
  static final EntryKey BILLING_KEY = codec(TestAgent.KEY, BILLING).key(QUERY);

  final RedisProcess redis = RedisProcess.start("--rdbcompression", "no");
  final Intruder intruder = new Intruder(redis);
  private final List<TestAgent> agents = new ArrayList<>();

  @AfterEach
  void end() {
    agents.forEach(TestAgent::close);
    redis.close();
  }

  static EntryCodec codec(SealingKey sealingKey, String principal) {
    var partition = new Partition(new Principal(principal), TestAgent.GATEWAY);
    return new EntryCodec(sealingKey, partition, TestAgent.PREFIX);
  }

  /** An agent like the others. */
  TestAgent agent() {
    return start(plan());
  }

  /** One of another principal. */
  TestAgent billing() {
    return start(plan().identity(TestIdentity.of(BILLING)));
  }

  TestAgent.Plan plan() {
    return TestAgent.on(TestAgent.standalone(redis.port()));
  }

  TestAgent start(TestAgent.Plan plan) {
    var agent = plan.start();
    agents.add(agent);
    return agent.tracking();
  }

  /** What an agent that is gone by now has put in Redis. */
  String sealed(SecretQuery query) {
    try (var writer = agent()) {
      return intruder.await(CODEC.key(query), () -> writer.stores(query, "v1"));
    }
  }

  /** Although others have it, the agent has to ask KMS. */
  static void getsNothing(TestAgent agent) {
    assertThat(agent.cache.find(QUERY)).isEmpty();
    assertThat(agent.findsShared(QUERY)).isEmpty();
    assertThat(agent.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(agent.told()).doesNotContain(SharedRead.FOUND, SharedRead.UNREADABLE);
  }

  static void soonFindsShared(TestAgent agent, SecretQuery query, CacheEntry entry) {
    assertSoon(
        () ->
            agent
                .findsShared(query)
                .map(CacheEntry::secret)
                .filter(entry.secret()::equals)
                .isPresent());
  }
}
