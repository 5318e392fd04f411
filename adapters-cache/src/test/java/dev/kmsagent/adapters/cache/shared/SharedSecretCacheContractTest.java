package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SecretCacheContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisCluster;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of a cache and of agents that share it, in virtual time and on real servers. */
class SharedSecretCacheContractTest {
  /** What an agent does that shares with another. */
  interface SharedCacheContract extends SecretCacheContract {
    SecretQuery QUERY = Secrets.current("app/db");

    /** That of another agent. */
    SecretCache peer();

    /** An entry that the peer has shared. */
    private CacheEntry shared() {
      var entry = Secrets.entry(Secrets.text("app/db", "v1", "hunter2"), readAt());
      peer().store(QUERY, entry);
      await(() -> found(cache()).isPresent());
      return entry;
    }

    private Optional<CacheEntry> found(SecretCache cache) {
      return join(cache.findShared(QUERY, inAMinute()));
    }

    private LeadDecision requestLead(SecretCache cache) {
      return join(cache.requestLead(QUERY, Instant.MIN, inAMinute()));
    }

    private Instant inAMinute() {
      return clock().instant().plusSeconds(60);
    }

    @Test
    default void what_one_agent_stores_another_finds_and_keeps() {
      var secret = shared().secret();
      assertThat(found(cache()).orElseThrow().secret()).isEqualTo(secret);
      cutOff();
      assertThat(cache().find(QUERY).orElseThrow().secret()).isEqualTo(secret);
    }

    @Test
    default void one_agent_supplies_another_that_wants_to_lead() {
      var secret = shared().secret();
      await(
          () ->
              requestLead(cache()) instanceof LeadDecision.Supplied supplied
                  && supplied.entry().secret().equals(secret));
    }

    @Test
    default void what_is_refused_to_one_agent_another_neither_finds_nor_restores() {
      var entry = shared();
      cache().evictAll(QUERY.name());
      await(() -> requestLead(peer()) instanceof LeadDecision.Lead);
      assertThat(peer().find(QUERY)).isEmpty();
      peer().store(QUERY, entry);
      await(() -> found(peer()).isEmpty());
      assertThat(found(cache())).isEmpty();
    }

    @Test
    default void an_agent_leads_once_another_that_leads_is_done_or_gone() {
      var first = (LeadDecision.Lead) requestLead(cache());
      var waiting = peer().requestLead(QUERY, Instant.MIN, inAMinute());
      first.release();
      assertThat(join(waiting)).isInstanceOf(LeadDecision.Lead.class);
      assertThat(requestLead(cache())).isInstanceOf(LeadDecision.Lead.class);
    }
  }

  /** Two agents on a store in this process. */
  abstract static class OnAFakeStore implements SharedCacheContract {
    /** More than an agent waits for anything here. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration STEP = Duration.ofMillis(10);

    private final FakeEntryStore store = new FakeEntryStore();
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

  /** Two agents on servers that all tests share, so that each test has keys of its own. */
  abstract static class OnServers implements SharedCacheContract {
    private final Instant readAt = clock().instant().truncatedTo(ChronoUnit.MICROS);
    private final RedisConfig settings =
        RedisConfigs.withPrefix(servers(), "orders:" + UUID.randomUUID());
    private final RedisAgent agent = new RedisAgent(settings);
    private final RedisAgent other = new RedisAgent(settings);

    abstract RedisConfig servers();

    @Override
    public Instant readAt() {
      return readAt;
    }

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public SecretCache peer() {
      return other.cache;
    }

    @Override
    public void cutOff() {
      agent.redis.close();
    }

    @AfterEach
    void end() {
      agent.close();
      other.close();
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
    RedisConfig servers() {
      return RedisConfigs.standalone(REDIS.port());
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
    RedisConfig servers() {
      return RedisConfigs.settings(RedisConfigs.cluster(CLUSTER));
    }
  }
}
