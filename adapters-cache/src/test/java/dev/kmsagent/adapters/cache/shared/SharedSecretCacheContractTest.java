package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SecretCacheContract;
import dev.kmsagent.testkit.SharedSecretCacheContract;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts of a cache, and of one that agents share, in virtual time and on real servers. */
class SharedSecretCacheContractTest {
  /** Longer than any test has a copy wait, and short enough to wait for. */
  static final Duration LOCAL_TTL = Duration.ofSeconds(6);

  /** Two agents on a store in this process. */
  abstract static class OnAFakeStore implements SecretCacheContract, SharedSecretCacheContract {
    /** More than an agent waits for anything here. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration STEP = Duration.ofMillis(10);

    final FakeEntryStore store = new FakeEntryStore();
    private final SimulatedCache agent = start(SimulatedCache.on(store));
    private final SimulatedCache other = start(SimulatedCache.on(store));

    abstract SimulatedCache start(SimulatedCache.Plan plan);

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public SecretCache peer() {
      return other.cache;
    }

    @Override
    public InstantSource clock() {
      return store.time;
    }

    @Override
    public void await(BooleanSupplier condition) {
      var end = store.time.instant().plus(PATIENCE);
      doAll();
      while (!condition.getAsBoolean()) {
        assertThat(store.time.instant()).isBefore(end);
        store.time.advance(STEP);
        doAll();
      }
    }

    private void doAll() {
      Tasks.doAll(List.of(agent.tasks, other.tasks));
    }

    @Override
    public <T> T join(CompletionStage<T> stage) {
      var future = stage.toCompletableFuture();
      await(future::isDone);
      return future.join();
    }

    @Override
    public void cutOff() {
      store.fail(Cause.UNREACHABLE);
    }
  }

  @Nested
  class On_a_store_in_this_process extends OnAFakeStore {
    @Override
    SimulatedCache start(SimulatedCache.Plan plan) {
      return plan.start();
    }
  }

  @Nested
  class Behind_the_circuit_breaker extends OnAFakeStore {
    @Override
    SimulatedCache start(SimulatedCache.Plan plan) {
      return plan.breaker().start();
    }
  }

  /** Two agents on real servers that all tests share, so that each test has names of its own. */
  abstract static class OnServers implements SharedSecretCacheContract {
    private CachingAgent agent;
    private CachingAgent other;

    abstract CachingAgent.Plan plan();

    @BeforeEach
    void start() {
      var plan = plan().prefix("orders:" + UUID.randomUUID()).localTtl(LOCAL_TTL);
      agent = plan.start();
      other = plan.start();
    }

    @AfterEach
    void end() {
      agent.close();
      other.close();
    }

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public SecretCache peer() {
      return other.cache;
    }
  }

  @Nested
  class On_one_server extends OnServers {
    private static final RedisProcess REDIS = RedisProcess.start();

    @AfterAll
    static void endServer() {
      REDIS.close();
    }

    @Override
    CachingAgent.Plan plan() {
      return CachingAgent.on(CachingAgent.standalone(REDIS.port()));
    }
  }

  @Nested
  class On_a_cluster extends OnServers {
    private static final RedisCluster CLUSTER = RedisCluster.start();

    @AfterAll
    static void endCluster() {
      CLUSTER.close();
    }

    @Override
    CachingAgent.Plan plan() {
      return CachingAgent.on(CachingAgent.cluster(CLUSTER));
    }
  }
}
