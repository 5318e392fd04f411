package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who may see what in one Redis. */
class PartitionsTest {
  @Nested
  class One_principal {
    /** A copy that is kept with the one could not be found with the other. */
    @Test
    void has_the_same_places_for_all_who_ask_first_at_once() {
      try (var threads = Executors.newFixedThreadPool(2)) {
        for (var round = 0; round < 3000; round++) {
          askAtOnce(partitions(), threads);
        }
      }
    }

    private static Partitions partitions() {
      var identity = TestIdentity.of(TestAgent.PRINCIPAL);
      return new Partitions(identity, TestAgent.GATEWAY, List.of(TestAgent.KEY), TestAgent.PREFIX);
    }

    private static void askAtOnce(Partitions partitions, Executor threads) {
      var start = new CyclicBarrier(2);
      var one = CompletableFuture.supplyAsync(() -> ask(partitions, start), threads);
      var other = CompletableFuture.supplyAsync(() -> ask(partitions, start), threads);
      assertThat(one.join()).isSameAs(other.join());
    }

    private static Vaults ask(Partitions partitions, CyclicBarrier start) {
      try {
        start.await(20, TimeUnit.SECONDS);
        return partitions.present().orElseThrow();
      } catch (Exception broken) {
        throw new AssertionError(broken);
      }
    }
  }
}
