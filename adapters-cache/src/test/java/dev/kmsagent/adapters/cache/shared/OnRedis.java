package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A server that the tests of a class take turns on, and agents that share it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnRedis {
  static final SecretQuery QUERY = Secrets.current("app/db");
  static final SecretQuery ANOTHER = Secrets.current("app/mq");
  static final EntryCodec CODEC = SimulatedCache.codec(CachingAgent.KEY, CachingAgent.PRINCIPAL);
  static final EntryKey ENTRY_KEY = CODEC.key(QUERY);

  final RedisProcess redis = RedisProcess.start("--rdbcompression", "no");
  final Intruder intruder = new Intruder(redis);
  private final List<CachingAgent> agents = new ArrayList<>();

  @BeforeEach
  void flush() {
    redis.configure("FLUSHALL");
  }

  @AfterEach
  void endAgents() {
    agents.forEach(CachingAgent::close);
    agents.clear();
  }

  @AfterAll
  void endServer() {
    redis.close();
  }

  /** An agent like the others. */
  CachingAgent agent() {
    return start(plan());
  }

  CachingAgent.Plan plan() {
    return CachingAgent.on(CachingAgent.standalone(redis.port()));
  }

  CachingAgent start(CachingAgent.Plan plan) {
    var agent = plan.start();
    agents.add(agent);
    return agent;
  }
}
