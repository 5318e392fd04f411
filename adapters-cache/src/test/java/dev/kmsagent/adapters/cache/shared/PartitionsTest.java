package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.LeadDecision.Lead;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an agent sees and shares before its principal is confirmed, without one, as another, and
 * beside another; and while its encryption key is changed.
 */
class PartitionsTest extends OnFakeStore {
  private static final String BILLING = "acs:ram::1234567890:role/billing";

  private Agent billing() {
    var agent = new Agent(SealingFixtures.KEY);
    agent.identity.become(BILLING);
    return agent;
  }

  @Test
  void principals_do_not_get_what_another_has_read_and_lose_nothing_by_its_refusal() {
    var orders = agent();
    var billing = billing();
    shares(orders, QUERY, "of orders");
    billing.getsNothing();
    var entry = shares(billing, QUERY, "of billing");
    refused(orders, QUERY);
    refusedWhole(orders, QUERY);
    assertThat(billing.cache.find(QUERY)).contains(entry);
    assertThat(billing().foundShared(QUERY)).contains(entry);
  }

  @Nested
  class An_agent_whose_principal_is_not_confirmed_yet {
    private final Agent late = new Agent(SealingFixtures.KEY);
    private final Agent orders = agent();

    @Test
    void waits_for_that_and_gets_what_the_principal_may_have() {
      var entry = shares(orders, QUERY, "v1");
      var lookup = late.findShared(QUERY);
      var decision = late.requestLead(QUERY, Duration.ofSeconds(5));
      settle();
      assertThat(lookup).isNotDone();
      assertThat(decision).isNotDone();
      late.identity.become(SealingFixtures.PRINCIPAL);
      settle();
      assertThat(lookup.resultNow()).contains(entry);
      assertThat(decision).isCompletedWithValue(new LeadDecision.Supplied(entry));
    }

    @Test
    void gets_nothing_at_the_end_of_its_time_and_where_it_is_refused() {
      shares(orders, QUERY, "v1");
      for (Runnable end :
          List.<Runnable>of(() -> time.advance(Duration.ofSeconds(5)), late.identity::refuse)) {
        var lookup = late.findShared(QUERY);
        var decision = late.requestLead(QUERY, Duration.ofSeconds(5));
        end.run();
        assertThat(lookup.resultNow()).isEmpty();
        assertThat(decision).isCompletedWithValue(Lead.UNSHARED);
      }
      late.getsNothing();
    }

    @Test
    void keeps_to_itself_what_it_reads_meanwhile() {
      var entry = shares(late, QUERY, "v1");
      assertThat(late.cache.find(QUERY)).contains(entry);
      late.identity.become(SealingFixtures.PRINCIPAL);
      late.getsNothing();
      assertThat(store.stored(ENTRY_KEY)).isEmpty();
    }
  }

  @Nested
  class An_agent_whose_principal_was_refused {
    private final Agent agent = agent();

    @Test
    void shares_nothing_and_refuses_nothing_to_others_and_gets_nothing_of_them() {
      shares(agent, QUERY, "v1");
      var before = store.stored(ENTRY_KEY);
      var ofOthers = shares(agent(), ANOTHER, "v1");
      agent.identity.refuse();
      assertThat(agent.foundShared(ANOTHER)).isEmpty();
      shares(agent, QUERY, "v2");
      refused(agent, QUERY);
      refusedWhole(agent, QUERY);
      agent.identity.become(SealingFixtures.PRINCIPAL);
      assertThat(agent.foundShared(ANOTHER)).contains(ofOthers);
      assertThat(store.stored(ENTRY_KEY)).isEqualTo(before);
      assertThat(store.stored(ENTRY_KEY.gone())).isEmpty();
    }

    @Test
    void sees_as_the_principal_again_nothing_that_it_read_as_nobody() {
      var entry = shares(agent, QUERY, "v1");
      agent.identity.refuse();
      shares(agent, QUERY, "of nobody knows whom");
      agent.identity.become(SealingFixtures.PRINCIPAL);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(entry);
    }
  }

  @Nested
  class An_agent_that_becomes_another_principal {
    private final Agent agent = agent();

    @Test
    void neither_sees_nor_offers_what_it_has_called_for_before() {
      var called = shares(agent, QUERY, "of orders");
      time.advance(Duration.ofSeconds(1));
      agent.identity.become(BILLING);
      agent.getsNothing();
      agent.share(QUERY, called);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
      var key = SealingFixtures.codec(SealingFixtures.KEY, BILLING).key(QUERY);
      assertThat(store.stored(key)).isEmpty();
    }

    @Test
    void sees_and_offers_what_it_calls_for_itself_from_then_on() {
      shares(agent, QUERY, "of orders");
      agent.identity.become(BILLING);
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
    var identity = new TestIdentity();
    identity.become(BILLING);
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (var round = 0; round < 3000; round++) {
        var partitions = partitions(identity, time, SealingFixtures.KEY);
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

  /** First some agents know both keys, in the end all the new one. */
  @Nested
  class A_fleet_that_changes_its_key {
    private static final SealingKey NEW = SealingFixtures.key(2);

    private final Agent before = agent();
    private final Agent between = knowing(NEW, SealingFixtures.KEY);
    private final Agent after = knowing(NEW);

    @Test
    void who_knows_both_reads_what_was_sealed_with_the_old_key() {
      var entry = shares(before, QUERY, "v1");
      assertThat(between.foundShared(QUERY)).contains(entry);
      assertThat(between.cache.find(QUERY)).contains(entry);
      after.getsNothing();
    }

    @Test
    void who_knows_both_seals_with_the_new_key() {
      var entry = shares(between, QUERY, "v1");
      assertThat(after.foundShared(QUERY)).contains(entry);
      before.getsNothing();
    }

    @Test
    void of_entries_under_both_keys_the_later_counts() {
      shares(before, QUERY, "v1");
      var second = shares(after, QUERY, "v2");
      assertThat(between.foundShared(QUERY)).contains(second);
      var third = shares(before, QUERY, "v3");
      assertThat(between.foundShared(QUERY)).contains(third);
    }

    /** A refusal may be there. */
    @Test
    void nothing_counts_while_the_store_answers_for_one_of_both_keys_alone() {
      shares(after, QUERY, "v1");
      store.fail(key -> key.equals(ENTRY_KEY) ? Cause.TIMEOUT : null);
      assertThat(between.foundShared(QUERY)).isEmpty();
      store.succeed();
      assertThat(between.foundShared(QUERY)).isPresent();
    }

    /** Through who knows both. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_refusal_to_who_knows_the_new_key_reaches_all(boolean knowsBoth) {
      allHaveIt();
      refusedWhole(knowsBoth ? between : after, QUERY);
      assertRefusedToAll();
    }

    @Test
    void a_refusal_to_who_knows_the_old_key_reaches_all_and_keeps_out_what_was_read_before() {
      var early = allHaveIt();
      refused(before, QUERY);
      assertRefusedToAll();
      after.share(QUERY, early);
      assertThat(knowing(NEW).foundShared(QUERY)).isEmpty();
    }

    /** Nothing in the store shows that agents with the old key have it. */
    @Test
    void a_refusal_reaches_copies_that_the_store_has_lost_under_the_old_key() {
      shares(before, QUERY, "v1");
      store.clear();
      shares(after, QUERY, "v1");
      refusedWhole(after, QUERY);
      assertRefusedToAll();
    }

    private CacheEntry allHaveIt() {
      shares(before, QUERY, "v1");
      var entry = shares(after, QUERY, "v1");
      assertThat(between.foundShared(QUERY)).contains(entry);
      return entry;
    }

    private void assertRefusedToAll() {
      advance(LOCAL_TTL);
      assertThat(between.foundShared(QUERY)).isEmpty();
      settle();
      for (var agent : List.of(before, between, after)) {
        assertThat(agent.cache.find(QUERY)).isEmpty();
        assertThat(agent.foundShared(QUERY)).isEmpty();
      }
    }
  }
}
