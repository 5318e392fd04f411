package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.SimulatedCache.TestIdentity;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.LeadDecision;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What an agent sees and shares before its principal is confirmed, without one, as another, and
 * beside another.
 */
class ConfirmationTest extends OnFakeStore {
  private static final String BILLING = "acs:ram::1234567890:role/billing";
  private static final EntryKey BILLING_KEY =
      SimulatedCache.codec(SimulatedCache.KEY, BILLING).key(QUERY);

  private SimulatedCache billing() {
    return start(plan().identity(TestIdentity.of(BILLING)));
  }

  @Nested
  class Two_principals {
    private final SimulatedCache orders = agent();
    private final SimulatedCache billing = billing();

    @Test
    void do_not_get_what_the_other_has_read_and_lose_nothing_by_its_refusal() {
      shares(orders, QUERY, "of orders");
      getsNothing(billing);
      var entry = shares(billing, QUERY, "of billing");
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
  class An_agent_whose_principal_is_not_confirmed_yet {
    private final TestIdentity identity = new TestIdentity();
    private final SimulatedCache late = start(plan().identity(identity));
    private final SimulatedCache orders = agent();

    @Test
    void waits_for_that_and_gets_what_the_principal_may_have() {
      var entry = shares(orders, QUERY, "v1");
      var lookup = late.findShared(QUERY);
      var decision = late.requestLead(QUERY, Duration.ofSeconds(5));
      settle();
      assertThat(lookup).isNotDone();
      assertThat(decision).isNotDone();
      identity.become(SimulatedCache.PRINCIPAL);
      settle();
      assertThat(lookup.resultNow()).contains(entry);
      assertThat(decision).isCompletedWithValue(new LeadDecision.Supplied(entry));
    }

    @Test
    void gets_nothing_where_it_is_refused() {
      shares(orders, QUERY, "v1");
      var lookup = late.findShared(QUERY);
      var decision = late.requestLead(QUERY, Duration.ofSeconds(5));
      identity.refuse();
      assertThat(lookup.resultNow()).isEmpty();
      assertThat(decision).isCompletedWithValue(LeaseElection.ALONE);
      getsNothing(late);
    }

    @Test
    void waits_no_longer_than_its_time() {
      shares(orders, QUERY, "v1");
      var lookup = late.findShared(QUERY);
      var decision = late.requestLead(QUERY, Duration.ofSeconds(5));
      store.time.advance(Duration.ofSeconds(5));
      assertThat(lookup.resultNow()).isEmpty();
      assertThat(decision).isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void keeps_to_itself_what_it_reads_meanwhile() {
      var entry = shares(late, QUERY, "v1");
      assertThat(late.cache.find(QUERY)).contains(entry);
      identity.become(SimulatedCache.PRINCIPAL);
      getsNothing(late);
      assertThat(store.stored(ENTRY_KEY)).isEmpty();
    }
  }

  @Nested
  class An_agent_whose_principal_was_refused {
    private final TestIdentity identity = TestIdentity.of(SimulatedCache.PRINCIPAL);
    private final SimulatedCache agent = start(plan().identity(identity));

    @Test
    void shares_nothing_and_refuses_nothing_to_others_and_gets_nothing_of_them() {
      shares(agent, QUERY, "v1");
      var before = store.stored(ENTRY_KEY);
      var ofOthers = shares(agent(), ANOTHER, "v1");
      identity.refuse();
      assertThat(agent.foundShared(ANOTHER)).isEmpty();
      shares(agent, QUERY, "v2");
      refused(agent, QUERY);
      refusedWhole(agent, QUERY);
      identity.become(SimulatedCache.PRINCIPAL);
      assertThat(agent.foundShared(ANOTHER)).contains(ofOthers);
      assertThat(store.stored(ENTRY_KEY)).isEqualTo(before);
      assertThat(store.stored(ENTRY_KEY.gone())).isEmpty();
    }

    @Test
    void sees_as_the_principal_again_nothing_that_it_read_as_nobody() {
      var entry = shares(agent, QUERY, "v1");
      identity.refuse();
      shares(agent, QUERY, "of nobody knows whom");
      identity.become(SimulatedCache.PRINCIPAL);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(entry);
    }
  }

  @Nested
  class An_agent_that_becomes_another_principal {
    private final TestIdentity identity = TestIdentity.of(SimulatedCache.PRINCIPAL);
    private final SimulatedCache agent = start(plan().identity(identity));

    @Test
    void neither_sees_nor_offers_what_it_has_called_for_before() {
      var called = shares(agent, QUERY, "of orders");
      store.time.advance(Duration.ofSeconds(1));
      identity.become(BILLING);
      getsNothing(agent);
      agent.share(QUERY, called);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
      assertThat(store.stored(BILLING_KEY)).isEmpty();
    }

    @Test
    void sees_and_offers_what_it_calls_for_itself_from_then_on() {
      shares(agent, QUERY, "of orders");
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      var own = shares(agent, QUERY, "of billing");
      assertThat(agent.cache.find(QUERY)).contains(own);
      assertThat(billing().foundShared(QUERY)).contains(own);
    }
  }

  /** A copy that is kept with the one could not be found with the other. */
  @Test
  void one_principal_has_the_same_places_for_all_who_ask_first_at_once()
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (var round = 0; round < 3000; round++) {
        var partitions = SimulatedCache.partitions(BILLING);
        var start = new CyclicBarrier(2);
        Callable<PartitionKeys> ask =
            () -> {
              start.await();
              return partitions.present().orElseThrow();
            };
        var one = threads.submit(ask);
        assertThat(threads.submit(ask).get()).isSameAs(one.get());
      }
    }
  }
}
