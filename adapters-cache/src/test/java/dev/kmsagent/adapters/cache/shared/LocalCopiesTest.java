package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.ChangeFeed.Follower;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which copies in the process are served, and which are checked again. */
class LocalCopiesTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final FakeEntryStore store = new FakeEntryStore();
  private final BusySecretCache tier = new BusySecretCache(new FakeSecretCache());
  private final SimulatedCache agent = new SimulatedCache(store, tier);
  private final SimulatedCache peer = new SimulatedCache(store);

  /** Returns after {@code patience} if the thread is not done by then. */
  private static void startAndAwaitFor(Thread thread, Duration patience) {
    thread.start();
    try {
      var _ = thread.join(patience);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Time goes on for both. */
  private void advance(Duration time) {
    agent.time.advance(time);
  }

  @Nested
  class While_the_store_tells_of_changes {
    @BeforeEach
    void it_tells() {
      agent.feed.tell(Follower::connected);
    }

    @Test
    void a_copy_that_nobody_changed_is_served() {
      agent.share(QUERY, agent.read("v1"));
      advance(Duration.ofHours(1));
      assertThat(agent.cache.find(QUERY)).isPresent();
    }

    @Test
    void a_copy_that_another_agent_changed_is_replaced_in_the_background() {
      agent.share(QUERY, agent.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      peer.share(QUERY, later);
      agent.hearOf(QUERY);
      agent.tasks.doAll();
      assertThat(agent.cache.find(QUERY)).contains(later);
    }

    @Test
    void what_another_agent_changes_while_it_is_brought_is_brought_at_once() {
      peer.share(QUERY, peer.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      store.meanwhile(() -> changeByPeer(later));
      assertThat(agent.foundShared(QUERY)).contains(later);
      assertThat(agent.cache.find(QUERY)).contains(later);
    }

    @Test
    void what_another_agent_changes_while_it_is_supplied_is_brought_at_once() {
      peer.share(QUERY, peer.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      store.meanwhile(() -> changeByPeer(later));
      var decision = agent.requestLead(QUERY, Duration.ofSeconds(5));
      agent.tasks.doAll();
      assertThat(decision).isCompletedWithValueMatching(LeadDecision.Supplied.class::isInstance);
      assertThat(agent.cache.find(QUERY)).contains(later);
    }

    @Test
    void what_changes_again_while_it_is_brought_ends_as_the_last() {
      peer.share(QUERY, peer.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      store.meanwhile(
          () -> {
            agent.hearOf(QUERY);
            store.meanwhile(() -> changeByPeer(later));
          });
      assertThat(agent.foundShared(QUERY)).isPresent();
      assertThat(agent.cache.find(QUERY)).contains(later);
    }

    private void changeByPeer(CacheEntry entry) {
      peer.share(QUERY, entry);
      agent.hearOf(QUERY);
    }

    @Test
    void a_copy_that_is_stored_while_an_earlier_one_is_dropped_is_served()
        throws InterruptedException {
      agent.share(QUERY, agent.read("v1"));
      advance(MOMENT);
      peer.cache.evict(QUERY);
      peer.tasks.doAll();
      advance(MOMENT);
      var later = agent.read("v2");
      var storing = new Thread(() -> agent.cache.store(QUERY, later));
      tier.beforeNextEviction(() -> startAndAwaitFor(storing, Duration.ofMillis(100)));
      agent.hearOf(QUERY);
      agent.tasks.doAll();
      storing.join();
      assertThat(agent.cache.find(QUERY)).contains(later);
    }

    @Test
    void a_change_that_is_told_while_the_principal_is_not_confirmed_is_not_forgotten() {
      agent.share(QUERY, agent.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      peer.share(QUERY, later);
      agent.identity.refuse();
      agent.hearOf(QUERY);
      agent.tasks.doAll();
      agent.identity.become(SimulatedCache.PRINCIPAL);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(later);
    }

    @Test
    void a_change_that_could_not_be_looked_at_is_not_forgotten() {
      agent.share(QUERY, agent.read("v1"));
      advance(MOMENT);
      var later = peer.read("v2");
      peer.share(QUERY, later);
      store.fail(Cause.TIMEOUT);
      agent.hearOf(QUERY);
      agent.tasks.doAll();
      assertThat(agent.foundShared(QUERY)).isPresent();
      store.succeed();
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(later);
    }

    @Test
    void a_gap_after_which_nothing_could_be_looked_at_is_not_forgotten() {
      agent.share(QUERY, agent.read("v1"));
      agent.feed.tell(Follower::lost);
      advance(MOMENT);
      var later = peer.read("v2");
      peer.share(QUERY, later);
      agent.feed.tell(Follower::connected);
      store.fail(Cause.TIMEOUT);
      assertThat(agent.foundShared(QUERY)).isPresent();
      store.succeed();
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).contains(later);
    }

    @Test
    void all_copies_are_looked_at_again_once_anything_may_have_changed() {
      agent.share(QUERY, agent.read("v1"));
      agent.feed.tell(Follower::changedAll);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isPresent();
      assertThat(agent.cache.find(QUERY)).isPresent();
    }

    @Test
    void all_copies_are_looked_at_again_after_a_gap() {
      agent.share(QUERY, agent.read("v1"));
      agent.feed.tell(Follower::lost);
      agent.feed.tell(Follower::connected);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isPresent();
    }

    @Test
    void a_copy_that_the_store_has_lost_is_served_on_and_not_offered_again() {
      var entry = agent.read("v1");
      agent.share(QUERY, entry);
      store.clear();
      agent.feed.tell(Follower::changedAll);
      assertThat(agent.foundShared(QUERY)).contains(entry);
      assertThat(new SimulatedCache(store).foundShared(QUERY)).isEmpty();
    }
  }

  @Nested
  class While_the_store_does_not_tell_of_changes {
    @Test
    void a_copy_is_served_for_a_short_life_and_then_looked_at_again() {
      agent.share(QUERY, agent.read("v1"));
      advance(SimulatedCache.UNWATCHED_LIFE.minus(MOMENT));
      assertThat(agent.cache.find(QUERY)).isPresent();
      advance(MOMENT);
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isPresent();
      assertThat(agent.cache.find(QUERY)).isPresent();
    }
  }

  @Nested
  class While_the_store_cannot_be_asked {
    @Test
    void a_copy_is_served_however_long_it_was_not_looked_at() {
      agent.share(QUERY, agent.read("v1"));
      store.setAvailable(false);
      advance(Duration.ofDays(30));
      assertThat(agent.cache.find(QUERY)).isPresent();
      assertThat(agent.findShared(QUERY)).isCompletedWithValueMatching(Optional::isPresent);
    }
  }

  /** Each principal's first read is decided by KMS. */
  @Nested
  class Once_the_agent_is_another_principal {
    @Test
    void copies_of_the_one_before_are_not_served() {
      agent.share(QUERY, agent.read("v1"));
      agent.identity.become("acs:ram::1234567890:role/billing");
      assertThat(agent.cache.find(QUERY)).isEmpty();
      assertThat(agent.foundShared(QUERY)).isEmpty();
    }
  }
}
