package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who may see what in one store. */
class PartitionsTest extends OnFakeStore {
  @Nested
  class Two_principals {
    private final SimulatedCache orders = agent();
    private final SimulatedCache billing = billing();

    @Test
    void do_not_get_what_the_other_has_read() {
      shares(orders, QUERY, "v1");
      getsNothing(billing);
    }

    @Test
    void have_entries_of_their_own_for_the_same_secret() {
      var one = shares(orders, QUERY, "of orders");
      var other = shares(billing, QUERY, "of billing");
      assertThat(agent().foundShared(QUERY)).contains(one);
      assertThat(billing().foundShared(QUERY)).contains(other);
    }

    @Test
    void do_not_wait_for_each_other() {
      assertThat(orders.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
      assertThat(billing.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
    }

    @Test
    void lose_nothing_by_a_refusal_of_the_other() {
      shares(orders, QUERY, "v1");
      var entry = shares(billing, QUERY, "v1");
      refused(orders, QUERY);
      refusedWhole(orders, QUERY);
      assertThat(billing.cache.find(QUERY)).contains(entry);
      assertThat(billing().foundShared(QUERY)).contains(entry);
    }

    @Test
    void cannot_use_an_entry_of_the_other_that_somebody_moved_to_them() {
      shares(orders, QUERY, "v1");
      store.overwrite(BILLING_KEY, store.stored(ENTRY_KEY));
      assertThat(billing.foundShared(QUERY)).isEmpty();
      assertThat(billing.told()).contains(SharedRead.UNREADABLE).doesNotContain(SharedRead.FOUND);
    }
  }

  @Nested
  class An_agent_that_differs_in_one_setting {
    @BeforeEach
    void another_has_read() {
      shares(agent(), QUERY, "v1");
      assertThat(agent().foundShared(QUERY)).isPresent();
    }

    @Test
    void in_the_region_gets_nothing() {
      getsNothing(start(plan().endpoint("cn-shanghai", SimulatedCache.GATEWAY.authority())));
    }

    @Test
    void in_the_endpoint_gets_nothing() {
      getsNothing(start(plan().endpoint(SimulatedCache.GATEWAY.region(), "kms.example:443")));
    }

    @Test
    void in_the_prefix_gets_nothing() {
      getsNothing(start(plan().prefix("kms-agent2")));
      getsNothing(start(plan().prefix("kms-agent:c")));
    }

    @Test
    void in_the_key_gets_nothing() {
      getsNothing(knowing(SimulatedCache.key(2)));
    }
  }

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
      var identity = TestIdentity.of(SimulatedCache.PRINCIPAL);
      return new Partitions(
          identity,
          SimulatedCache.GATEWAY,
          List.of(SimulatedCache.KEY),
          SimulatedCache.PREFIX,
          InstantSource.system());
    }

    private static void askAtOnce(Partitions partitions, Executor threads) {
      var start = new CyclicBarrier(2);
      var one = CompletableFuture.supplyAsync(() -> ask(partitions, start), threads);
      var other = CompletableFuture.supplyAsync(() -> ask(partitions, start), threads);
      assertThat(one.join()).isSameAs(other.join());
    }

    private static PartitionKeys ask(Partitions partitions, CyclicBarrier start) {
      try {
        start.await();
        return partitions.present().orElseThrow();
      } catch (Exception broken) {
        throw new AssertionError(broken);
      }
    }
  }
}
