package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.LeadDecision;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an agent sees and shares before its principal is confirmed, without one, and as another. */
class ConfirmationTest extends OnFakeStore {
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
    void gets_nothing_where_it_turns_out_to_be_another() {
      shares(orders, QUERY, "v1");
      var lookup = late.findShared(QUERY);
      identity.become(BILLING);
      settle();
      assertThat(lookup.resultNow()).isEmpty();
      getsNothing(late);
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
    void gets_nothing_that_others_have_read() {
      shares(agent(), QUERY, "v1");
      identity.refuse();
      getsNothing(agent);
      assertThat(agent.told()).isEmpty();
    }

    @Test
    void shares_nothing_and_refuses_nothing_to_others() {
      shares(agent, QUERY, "v1");
      var before = store.stored(ENTRY_KEY);
      identity.refuse();
      shares(agent, QUERY, "v2");
      refused(agent, QUERY);
      refusedWhole(agent, QUERY);
      identity.become(SimulatedCache.PRINCIPAL);
      shares(agent, ANOTHER, "v1");
      assertThat(store.stored(CODEC.key(ANOTHER))).isNotEmpty();
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
    void neither_sees_nor_offers_what_it_has_read_before() {
      shares(agent, QUERY, "v1");
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
      assertThat(agent.requestedLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
      assertThat(store.stored(BILLING_KEY)).isEmpty();
    }

    @Test
    void gets_what_others_of_that_principal_have_read() {
      shares(agent, QUERY, "of orders");
      var entry = shares(billing(), QUERY, "of billing");
      identity.become(BILLING);
      assertThat(agent.foundShared(QUERY)).contains(entry);
      assertThat(agent.cache.find(QUERY)).contains(entry);
    }

    @Test
    void neither_sees_nor_offers_what_it_called_for_before() {
      var called = shares(agent, QUERY, "of orders");
      store.time.advance(Duration.ofSeconds(1));
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      agent.share(QUERY, called);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
      assertThat(store.stored(BILLING_KEY)).isEmpty();
    }

    @Test
    void sees_what_it_calls_for_itself_from_then_on() {
      shares(agent, QUERY, "of orders");
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      var own = shares(agent, QUERY, "of billing");
      assertThat(agent.cache.find(QUERY)).contains(own);
      assertThat(billing().foundShared(QUERY)).contains(own);
    }

    @Test
    void looks_again_at_what_it_had_once_it_is_the_first_one_again() {
      var entry = shares(agent, QUERY, "v1");
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      identity.become(SimulatedCache.PRINCIPAL);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(entry);
    }
  }
}
