package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SecretCacheContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;

/** The contract of a cache, in virtual time. */
class SharedSecretCacheContractTest {
  /** An agent on a store in this process. */
  abstract static class OnAFakeStore implements SecretCacheContract {
    /** More than an agent waits for anything here. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration STEP = Duration.ofMillis(10);

    private final FakeEntryStore store = new FakeEntryStore();
    private final SimulatedCache agent = start(SimulatedCache.on(store));

    abstract SimulatedCache start(SimulatedCache.Plan plan);

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public InstantSource clock() {
      return store.time;
    }

    @Override
    public void await(BooleanSupplier condition) {
      var end = store.time.instant().plus(PATIENCE);
      agent.tasks.doAll();
      while (!condition.getAsBoolean()) {
        assertThat(store.time.instant()).isBefore(end);
        store.time.advance(STEP);
        agent.tasks.doAll();
      }
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
}
