package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.port.LeadDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an agent sees and shares before its principal is confirmed, without one, and as another. */
class ConfirmationTest extends OnRedis {
  private static CompletionStage<Optional<CacheEntry>> findShared(TestAgent agent, Duration time) {
    return agent.cache.findShared(QUERY, agent.now().plus(time));
  }

  private static CompletionStage<LeadDecision> requestLead(TestAgent agent, Duration time) {
    return agent.cache.requestLead(QUERY, Instant.EPOCH, agent.now().plus(time));
  }

  @Nested
  class An_agent_whose_principal_is_not_confirmed_yet {
    private final TestIdentity identity = new TestIdentity();
    private final TestAgent late = start(plan().identity(identity));
    private final TestAgent orders = agent();

    @Test
    void waits_for_that_and_gets_what_the_principal_may_have() {
      var entry = orders.reads(QUERY, "v1");
      intruder.await(ENTRY_KEY, () -> orders.cache.store(QUERY, entry));
      var lookup = findShared(late, Duration.ofSeconds(20));
      var decision = requestLead(late, Duration.ofSeconds(20));
      assertThat(lookup.toCompletableFuture()).isNotDone();
      assertThat(decision.toCompletableFuture()).isNotDone();
      identity.become(TestAgent.PRINCIPAL);
      assertThat(TestAgent.done(lookup).map(CacheEntry::secret)).contains(entry.secret());
      assertThat(TestAgent.done(decision))
          .isInstanceOfSatisfying(
              LeadDecision.Supplied.class,
              supplied -> assertThat(supplied.entry().secret()).isEqualTo(entry.secret()));
    }

    @Test
    void gets_nothing_where_it_turns_out_to_be_another() {
      intruder.await(ENTRY_KEY, () -> orders.stores(QUERY, "v1"));
      var lookup = findShared(late, Duration.ofSeconds(20));
      identity.become(BILLING);
      assertThat(TestAgent.done(lookup)).isEmpty();
      getsNothing(late);
    }

    @Test
    void gets_nothing_where_it_is_refused() {
      intruder.await(ENTRY_KEY, () -> orders.stores(QUERY, "v1"));
      var lookup = findShared(late, Duration.ofSeconds(20));
      var decision = requestLead(late, Duration.ofSeconds(20));
      identity.refuse();
      assertThat(TestAgent.done(lookup)).isEmpty();
      assertThat(TestAgent.done(decision)).isEqualTo(LeaseElection.ALONE);
      getsNothing(late);
    }

    @Test
    void waits_no_longer_than_its_time() {
      intruder.await(ENTRY_KEY, () -> orders.stores(QUERY, "v1"));
      assertThat(TestAgent.done(findShared(late, Duration.ofMillis(20)))).isEmpty();
      assertThat(TestAgent.done(requestLead(late, Duration.ofMillis(20))))
          .isEqualTo(LeaseElection.ALONE);
    }

    @Test
    void keeps_to_itself_what_it_reads_meanwhile() {
      var entry = late.stores(QUERY, "v1");
      assertThat(late.cache.find(QUERY).map(CacheEntry::secret)).contains(entry.secret());
      identity.become(TestAgent.PRINCIPAL);
      getsNothing(late);
      assertThat(intruder.finds(ENTRY_KEY)).isFalse();
    }
  }

  @Nested
  class An_agent_whose_principal_was_refused {
    private final TestIdentity identity = TestIdentity.of(TestAgent.PRINCIPAL);
    private final TestAgent agent = start(plan().identity(identity));

    @Test
    void gets_nothing_that_others_have_read() {
      var orders = agent();
      intruder.await(ENTRY_KEY, () -> orders.stores(QUERY, "v1"));
      identity.refuse();
      getsNothing(agent);
      assertThat(agent.told()).isEmpty();
    }

    @Test
    void shares_nothing_and_refuses_nothing_to_others() {
      var before = intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "v1"));
      identity.refuse();
      agent.stores(QUERY, "v2");
      agent.cache.evict(QUERY);
      agent.cache.evictAll(QUERY.name());
      identity.become(TestAgent.PRINCIPAL);
      intruder.await(CODEC.key(ANOTHER), () -> agent.stores(ANOTHER, "v1"));
      assertThat(intruder.get(ENTRY_KEY)).isEqualTo(before);
      assertThat(intruder.finds(ENTRY_KEY.gone())).isFalse();
    }

    @Test
    void sees_as_the_principal_again_nothing_that_it_read_as_nobody() {
      var entry = agent.reads(QUERY, "v1");
      intruder.await(ENTRY_KEY, () -> agent.cache.store(QUERY, entry));
      assertSoon(() -> asNobody().isEmpty());
      assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    }

    /**
     * What it finds of what it has read as nobody; a look at the copy that it had before may be
     * under way, and take its place once more.
     */
    private Optional<CacheEntry> asNobody() {
      identity.refuse();
      agent.stores(QUERY, "of nobody knows whom");
      identity.become(TestAgent.PRINCIPAL);
      return agent.cache.find(QUERY);
    }

    @Test
    void gets_everything_again_once_it_is_confirmed_again() {
      var entry = agent.reads(QUERY, "v1");
      intruder.await(ENTRY_KEY, () -> agent.cache.store(QUERY, entry));
      identity.refuse();
      identity.become(TestAgent.PRINCIPAL);
      assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    }
  }

  @Nested
  class An_agent_that_becomes_another_principal {
    private final TestIdentity identity = TestIdentity.of(TestAgent.PRINCIPAL);
    private final TestAgent agent = start(plan().identity(identity));

    @Test
    void neither_sees_nor_offers_what_it_has_read_before() {
      intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "v1"));
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.findsShared(QUERY)).isEmpty();
      assertThat(agent.requestsLead(QUERY)).isInstanceOf(LeadDecision.Lead.class);
      assertThat(intruder.finds(BILLING_KEY)).isFalse();
    }

    @Test
    void gets_what_others_of_that_principal_have_read() {
      intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "of orders"));
      var billing = billing();
      var entry = billing.reads(QUERY, "of billing");
      intruder.await(BILLING_KEY, () -> billing.cache.store(QUERY, entry));
      identity.become(BILLING);
      assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
      assertThat(agent.cache.find(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    }

    @Test
    void neither_sees_nor_offers_what_it_called_for_before() {
      var called = agent.reads(QUERY, "of orders");
      intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "of orders"));
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      agent.cache.store(QUERY, called);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.findsShared(QUERY)).isEmpty();
      assertThat(intruder.finds(BILLING_KEY)).isFalse();
    }

    @Test
    void sees_what_it_calls_for_itself_from_then_on() {
      intruder.await(ENTRY_KEY, () -> agent.stores(QUERY, "of orders"));
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      var own = agent.reads(QUERY, "of billing");
      intruder.await(BILLING_KEY, () -> agent.cache.store(QUERY, own));
      assertSoon(
          () -> readAgain(own).map(CacheEntry::secret).filter(own.secret()::equals).isPresent());
      assertThat(billing().findsShared(QUERY).map(CacheEntry::secret)).contains(own.secret());
    }

    /** A look at the copy of the one before may be under way, and take its place once more. */
    private Optional<CacheEntry> readAgain(CacheEntry own) {
      agent.cache.store(QUERY, own);
      return agent.cache.find(QUERY);
    }

    @Test
    void looks_again_at_what_it_had_once_it_is_the_first_one_again() {
      var entry = agent.reads(QUERY, "v1");
      intruder.await(ENTRY_KEY, () -> agent.cache.store(QUERY, entry));
      identity.become(BILLING);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      identity.become(TestAgent.PRINCIPAL);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.findsShared(QUERY).map(CacheEntry::secret)).contains(entry.secret());
    }
  }
}
